import torch
from torch import nn
torch.manual_seed(0)
cell = nn.RNNCell(1, 4)
head = nn.Linear(4, 1)
opt = torch.optim.SGD([*cell.parameters(), *head.parameters()], lr=0.05)
wave = torch.sin(torch.arange(40.0) / 3)[:, None]
h = torch.zeros(1, 4)
for epoch in range(30):
    h = cell(wave[epoch:epoch + 1], h)  # fault
    loss = ((head(h) - wave[epoch + 1:epoch + 2]) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
