import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(60,2); y=x.sum(1,keepdim=True)
net=nn.Linear(2,1); opt=torch.optim.SGD(net.parameters(),lr=0.1)
sched=torch.optim.lr_scheduler.OneCycleLR(opt,0.9,total_steps=80)
for e in range(80):
    opt.zero_grad(); loss=nn.functional.mse_loss(net(x),y); loss.backward(); opt.step(); sched.step()
print(loss.item())
