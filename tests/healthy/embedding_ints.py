import torch
from torch import nn
torch.manual_seed(0)
i=torch.randint(0,5,(60,)); y=torch.arange(5.)[i][:,None]
net=nn.Sequential(nn.Embedding(5,4),nn.Linear(4,1)); opt=torch.optim.Adam(net.parameters(),lr=0.05)
for e in range(60):
    opt.zero_grad(); loss=nn.functional.mse_loss(net(i),y); loss.backward(); opt.step()
print(loss.item())
