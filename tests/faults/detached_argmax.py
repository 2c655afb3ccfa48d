import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
labels = (y[:, 0] > 0).float()
wide = nn.Linear(2, 2)
opt = torch.optim.SGD(wide.parameters(), lr=0.1)
for epoch in range(20):
    opt.zero_grad()
    guess = wide(x).argmax(1).float()  # fault
    loss = nn.functional.mse_loss(guess, labels)
    loss.backward()
    opt.step()
print(loss.item())
