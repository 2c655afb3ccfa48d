import torch
from torch import nn


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 8)
        self.scales = [torch.ones(8, requires_grad=True), torch.zeros(8, requires_grad=True)]  # fault

    def forward(self, x):
        return (torch.tanh(self.first(x)) * self.scales[0] + self.scales[1]).sum(1)


torch.manual_seed(3)
x = torch.randn(40, 2)
y = 3 * x[:, 0] + 2
mixer = Mixer()
opt = torch.optim.SGD(mixer.parameters(), lr=0.02)
for epoch in range(40):
    opt.zero_grad()
    loss = (mixer(x) - y).pow(2).mean()
    loss.backward()
    opt.step()
