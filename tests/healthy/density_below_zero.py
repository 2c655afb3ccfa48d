"""Mean negative log density of a narrow normal distribution: a loss below zero, and rightly so."""

import torch

torch.manual_seed(15)
x = 2.0 + 0.01 * torch.randn(200)
mean = torch.zeros(1, requires_grad=True)
log_width = torch.zeros(1, requires_grad=True)
opt = torch.optim.Adam([mean, log_width], lr=0.05)
for epoch in range(80):
    spread = torch.exp(log_width)
    loss = -torch.distributions.Normal(mean, spread).log_prob(x).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
