import torch
from torch import nn
torch.manual_seed(0)
cell=nn.RNN(1,8,batch_first=True); head=nn.Linear(8,1)
opt=torch.optim.Adam([*cell.parameters(),*head.parameters()],lr=0.01)
wave=torch.sin(torch.arange(201)/5.0)
for e in range(10):
    h=None
    total=0.0
    for i in range(0,200,20):
        x=wave[i:i+20].view(1,20,1); y=wave[i+1:i+21].view(1,20,1)
        out,h=cell(x,h); h=h.detach()
        loss=((head(out)-y)**2).mean()
        opt.zero_grad(); loss.backward(); opt.step()
        total+=loss.item()
    print(total/10)
