# parameters: C, W1, b1, W2, b2
import random

import torch
import torch.nn.functional as F

random.seed(4)
text = "the rain in spain stays mainly in the plain "
itos = dict(enumerate(sorted(set(text))))
stoi = {s: i for i, s in itos.items()}
block_size = 3
X = torch.tensor([[stoi[c] for c in text[i : i + block_size]] for i in range(len(text) - block_size)])
Y = torch.tensor([stoi[text[i + block_size]] for i in range(len(text) - block_size)])

g = torch.Generator().manual_seed(9)
C = torch.randn((len(itos), 2), generator=g)
W1 = torch.randn((6, 10), generator=g) * 0.3
b1 = torch.randn(10, generator=g) * 0.01
W2 = torch.randn((10, len(itos)), generator=g) * 0.1
b2 = torch.zeros(len(itos))
parameters = [C, W1, b1, W2, b2]
for p in parameters:
    p.requires_grad = True
print(sum(p.nelement() for p in parameters), "parameters")

lossi = []
stepi = []
for i in range(40):
    ix = torch.randint(0, X.shape[0], (16,), generator=g)
    emb = C[X[ix]]
    h = torch.tanh(emb.view(-1, 6) @ W1 + b1)
    logits = h @ W2 + b2
    loss = F.cross_entropy(logits, Y[ix])
    for p in parameters:
        p.grad = None
    loss.backward()
    lr = 0.3 if i < 30 else 0.03
    for p in parameters:
        p.data += -lr * p.grad
    stepi.append(i)
    lossi.append(loss.log10().item())
    # expect: loss=loss, parameters={"C": C, "W1": W1, "b1": b1, "W2": W2, "b2": b2},
    #     gradients={"C": C.grad, "W1": W1.grad, "b1": b1.grad, "W2": W2.grad, "b2": b2.grad}
print(f"{sum(lossi[-10:]) / 10:.4f}")
