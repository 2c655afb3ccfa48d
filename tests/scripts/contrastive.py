# parameters: encoder.weight, encoder.bias, projector.weight, projector.bias
import torch
import torch.nn.functional as F
from torch import nn


def info_nce(z1, z2, temperature=0.5):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    similarity = z @ z.T / temperature
    similarity = similarity.masked_fill(torch.eye(len(z), dtype=torch.bool), -1e9)
    half = len(z1)
    positives = torch.cat([torch.arange(half, 2 * half), torch.arange(half)])
    return F.cross_entropy(similarity, positives)


def augment(x):
    return x + 0.1 * torch.randn_like(x)


torch.manual_seed(33)
data = torch.randn(40, 5)
encoder = nn.Linear(5, 8)
projector = nn.Linear(8, 3)
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(projector.parameters()), lr=5e-3)

for epoch in range(1, 7):
    total = 0.0
    # keep: sent = []
    perm = torch.randperm(len(data))
    for idx in perm.chunk(4):
        view1, view2 = augment(data[idx]), augment(data[idx])
        contrastive_loss = info_nce(projector(encoder(view1).relu()), projector(encoder(view2).relu()))
        optimizer.zero_grad(set_to_none=True)
        contrastive_loss.backward()
        optimizer.step()
        total += contrastive_loss.item()
        # keep: sent.append(contrastive_loss.item())
    print(f"epoch {epoch}: {total / 4:.4f}")
    # expect: loss=np.mean(sent), parameters={f"{m}.{n}": p for m, net in (("encoder", encoder), ("projector", projector)) for n, p in net.named_parameters()},
    #     gradients={f"{m}.{n}": p.grad for m, net in (("encoder", encoder), ("projector", projector)) for n, p in net.named_parameters()}
