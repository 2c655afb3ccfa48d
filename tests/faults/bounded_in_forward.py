import torch
from torch import nn


class Price(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 12)
        self.last = nn.Linear(12, 1)

    def forward(self, houses):
        inside = torch.tanh(self.hidden(houses))
        return torch.sigmoid(self.last(inside)).squeeze(1)  # fault


torch.manual_seed(4)
houses = torch.randn(60, 3)
prices = 3 + houses @ torch.tensor([1.0, 0.5, -0.25])
net = Price()
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(40):
    for start in range(0, 60, 20):
        part = slice(start, start + 20)
        loss = ((net(houses[part]) - prices[part]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
