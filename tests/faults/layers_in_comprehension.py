import torch
from torch import nn


class Heads(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.base = nn.Linear(2, 4)
        self.heads = [  # fault
            nn.Linear(4, 1)
            for _ in range(count)
        ]

    def forward(self, x):
        h = torch.tanh(self.base(x))
        return sum(head(h) for head in self.heads)


torch.manual_seed(0)
x = torch.randn(40, 2)
y = x[:, :1] * x[:, 1:]
model = Heads(3)
opt = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(30):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
print(loss.item())
