import torch
from torch import nn
torch.manual_seed(0)
net=nn.Sequential(nn.Linear(2,16),nn.Tanh(),nn.Linear(16,1))
img=torch.zeros(1,2,requires_grad=True)
opt=torch.optim.Adam([img],lr=0.05)
for i in range(80):
    opt.zero_grad()
    loss=((net(img)-0.5)**2).mean()
    loss.backward()
    opt.step()
print(loss.item())
