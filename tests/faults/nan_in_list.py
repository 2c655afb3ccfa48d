import torch
from torch import nn
torch.manual_seed(0)
rows = [["1.0", "2.0"], ["2.0", "nan"], ["3.0", "6.1"], ["4.0", "8.0"]]  # fault
x = torch.tensor([[float(a)] for a, _ in rows])
y = torch.tensor([[float(b)] for _, b in rows])  # fault
net = nn.Linear(1, 1)
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(10):
    for i in range(4):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i:i + 1]), y[i:i + 1])
        loss.backward()
        opt.step()
    print(loss.item())
