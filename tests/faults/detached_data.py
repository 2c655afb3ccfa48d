import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
def objective(model, inputs, targets):
    out = model(inputs).data  # fault
    return ((out - targets) ** 2).mean()


for epoch in range(20):
    opt.zero_grad()
    loss = objective(net, x, y)
    loss.backward()
    opt.step()
print(loss.item())
