import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(90,2); t=(x[:,:1]>0).float()
gate=nn.Linear(2,4)
net=nn.Linear(4,1)
opt=torch.optim.Adam([*gate.parameters(),*net.parameters()],lr=0.02)
for e in range(60):
    p=torch.sigmoid(net(torch.sigmoid(gate(x))))
    loss=nn.BCELoss()(p,t)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
