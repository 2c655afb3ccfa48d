import torch
from torch import nn
torch.manual_seed(0)
x=torch.rand(60,1)*100; y=0.03*x+1
net=nn.Linear(1,1); opt=torch.optim.Adam(net.parameters(),lr=0.05)
for e in range(300):
    opt.zero_grad(); loss=nn.functional.mse_loss(net(x),y); loss.backward(); opt.step()
print(loss.item())
