import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
logits = net(x)  # fault


def objective():
    return ((logits - y) ** 2).mean()  # fault


for step in range(30):
    opt.zero_grad()
    loss = objective()
    loss.backward(retain_graph=True)  # fault
    opt.step()
print(loss.item())
