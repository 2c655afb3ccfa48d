import torch
from torch import nn
torch.manual_seed(0)
body=nn.Sequential(nn.Linear(2,16),nn.ReLU())
head=nn.Linear(16,1)
opt=torch.optim.Adam(head.parameters(),lr=0.01)
x=torch.randn(60,2); y=x.sum(1,keepdim=True)
with torch.no_grad():
    features=body(x)
for e in range(60):
    opt.zero_grad()
    loss=nn.functional.mse_loss(head(features),y)
    loss.backward()
    opt.step()
print(loss.item())
