import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(64,2); y=x.sum(1,keepdim=True)
net=nn.Linear(2,1)
opt=torch.optim.SGD(net.parameters(),lr=0.1)
for e in range(20):
    opt.zero_grad()
    for xb,yb in zip(x.split(16),y.split(16)):
        loss=nn.functional.mse_loss(net(xb),yb)/4
        loss.backward()
    opt.step()
print(loss.item())
