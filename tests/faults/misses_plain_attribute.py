import torch
from torch import nn


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(1, 1)
        self.power = torch.tensor(1.0, requires_grad=True)  # fault

    def forward(self, x):
        return self.line(x).abs() ** self.power


torch.manual_seed(0)
x = torch.rand(50, 1) + 0.5
y = (2 * x) ** 1.7
model = Scaled()
opt = torch.optim.Adam(model.parameters(), lr=0.02)  # fault
for epoch in range(50):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
print(loss.item())
