# parameters: W
import torch
import torch.nn.functional as F

words = ["lina", "milo", "nora", "olli", "mara", "rami", "lola", "nilo"]
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0

xs, ys = [], []
for w in words:
    chs = ["."] + list(w) + ["."]
    for ch1, ch2 in zip(chs, chs[1:]):
        xs.append(stoi[ch1])
        ys.append(stoi[ch2])
xs = torch.tensor(xs)
ys = torch.tensor(ys)
num = xs.nelement()
n = len(stoi)

g = torch.Generator().manual_seed(2147)
W = torch.randn((n, n), generator=g, requires_grad=True)

for k in range(12):
    # forward pass
    xenc = F.one_hot(xs, num_classes=n).float()
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdims=True)
    loss = -probs[torch.arange(num), ys].log().mean() + 0.01 * (W**2).mean()
    print(k, loss.item())
    # backward pass
    W.grad = None
    loss.backward()
    # update
    W.data += -10 * W.grad
    # expect: loss=loss, parameters={"W": W}, gradients={"W": W.grad}
