# parameters: linear.weight, linear.bias, scale
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Config:
    lr: float = 0.05
    l1: float = 0.01
    l2: float = 0.001
    epochs: int = 10


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("shift", torch.full((1,), 0.25))

    def forward(self, x):
        return self.scale * self.linear(x) + self.shift


cfg = Config()
torch.manual_seed(77)
x = torch.randn(25, 4)
y = x[:, :1] * 2 + 0.25
net = Scaled()
opt = torch.optim.SGD(net.parameters(), lr=cfg.lr)
epoch = 0
while epoch < cfg.epochs:
    data_loss = torch.nn.functional.mse_loss(net(x), y)
    l1_penalty = sum(p.abs().sum() for p in net.parameters())
    l2_penalty = sum(p.pow(2).sum() for p in net.parameters())
    total_loss = data_loss + cfg.l1 * l1_penalty + cfg.l2 * l2_penalty
    opt.zero_grad()
    total_loss.backward()
    opt.step()
    epoch += 1
    print(f"{epoch}/{cfg.epochs}: data {data_loss:.4f}, total {total_loss:.4f}")
    # expect: loss=total_loss, parameters=dict(net.named_parameters()), gradients={n: p.grad for n, p in net.named_parameters()}
