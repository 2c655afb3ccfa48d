import torch
from torch import nn


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = {"a": nn.Linear(2, 8), "b": nn.Linear(8, 8)}  # fault
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        for block in self.blocks.values():
            x = torch.relu(block(x))
        return self.out(x)


torch.manual_seed(0)
x = torch.randn(60, 2)
y = x.prod(1, keepdim=True)
model = Blocks()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(50):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
print(loss.item())
