import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(64,2); y=x.sum(1,keepdim=True)
net=nn.Linear(2,1); opt=torch.optim.SGD(net.parameters(),lr=0.05)
for e in range(20):
    total=0
    for i in range(0,64,16):
        total=total+nn.functional.mse_loss(net(x[i:i+16]),y[i:i+16])
    opt.zero_grad(); total.backward(); opt.step()
print(total.item())
