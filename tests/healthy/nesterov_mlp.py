import torch
from torch import nn
torch.manual_seed(0)
x=torch.linspace(-2,2,50)[:,None]; y=torch.sin(2*x)
net=nn.Sequential(nn.Linear(1,20),nn.ReLU(),nn.Linear(20,1))
opt=torch.optim.SGD(net.parameters(),lr=0.05,momentum=0.9,nesterov=True)
for e in range(100):
    opt.zero_grad()
    loss=((net(x)-y)**2).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(),1.0)
    opt.step()
print(loss.item())
