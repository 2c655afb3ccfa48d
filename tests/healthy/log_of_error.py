"""The logarithm of an error as the loss: it goes on falling, as fast as the error shrinks."""

import torch

torch.manual_seed(16)
x = torch.randn(60, 2)
y = x @ torch.tensor([1.0, -2.0])
w = torch.zeros(2, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.02)
for epoch in range(40):
    loss = torch.log(((x @ w - y) ** 2).mean())
    opt.zero_grad()
    loss.backward()
    opt.step()
