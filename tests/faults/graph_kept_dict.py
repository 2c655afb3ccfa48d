import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
log = {"loss": torch.zeros(1), "n": 0}
for epoch in range(10):
    for i in range(0, 40, 10):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i:i + 10]), y[i:i + 10])
        loss.backward()
        opt.step()
        log["loss"] = log["loss"] + loss  # fault
        log["n"] += 1
print(log["loss"].item() / log["n"])
