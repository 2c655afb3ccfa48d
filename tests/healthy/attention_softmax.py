import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(60,5,4); t=x[:,0,:3].argmax(1)
q=nn.Linear(4,4); out=nn.Linear(4,3)
opt=torch.optim.Adam([*q.parameters(),*out.parameters()],lr=0.01)
mask=torch.full((5,5),float("-inf")).triu(1)
for e in range(30):
    a=torch.softmax(q(x)@x.transpose(1,2)+mask,-1)
    loss=nn.functional.cross_entropy(out((a@x)[:,0]),t)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
