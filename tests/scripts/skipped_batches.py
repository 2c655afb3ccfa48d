# parameters: weight, bias
import math

import torch
from torch import nn

torch.manual_seed(8)
sizes = [6, 0, 5, 6, 1]
batches = [(torch.randn(n, 2), torch.randn(n, 1)) for n in sizes]
model = nn.Linear(2, 1)
optimizer = torch.optim.Adamax(model.parameters(), lr=0.05)
mae = nn.L1Loss()

for epoch in range(1, 7):
    losses = []
    for x, y in batches:
        if len(x) < 2:
            continue
        loss = mae(model(x), y) + 0.1 * mae(model(-x), -y)
        if not math.isfinite(loss.item()):
            print("skipped")
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    mean = sum(losses) / len(losses)
    print(f"{epoch} {mean:.5f}")
    # expect: loss=mean, parameters=dict(model.named_parameters()), gradients={n: p.grad for n, p in model.named_parameters()}
