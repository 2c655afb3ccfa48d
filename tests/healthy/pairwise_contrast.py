import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(20,3); t=x[:,0]
net=nn.Linear(3,1); opt=torch.optim.Adam(net.parameters(),lr=0.05)
for e in range(40):
    s=net(x)[:,0]
    d=s[:,None]-s[None,:]; w=(t[:,None]-t[None,:]>0).float()
    loss=(w*torch.relu(1-d)).mean()
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
