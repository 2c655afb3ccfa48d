import torch
from torch import nn


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Parameter(torch.zeros(2, 10))  # fault
        self.second = nn.Parameter(torch.zeros(10, 1))  # fault
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.relu(x @ self.first) @ self.second + self.bias


torch.manual_seed(0)
x = torch.randn(60, 2)
y = x.abs().sum(1, keepdim=True)
model = Mlp()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(30):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
print(loss.item())
