import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(90,2); y=x.prod(1,keepdim=True)
net=nn.Sequential(nn.Linear(2,32),nn.Tanh(),nn.Linear(32,1))
nn.init.zeros_(net[2].weight)
opt=torch.optim.Adam(net.parameters(),lr=0.01)
for e in range(100):
    opt.zero_grad(); loss=nn.functional.mse_loss(net(x),y); loss.backward(); opt.step()
print(loss.item())
