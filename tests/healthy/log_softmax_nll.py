import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(90,2); t=(x[:,0]>0).long()
net=nn.Sequential(nn.Linear(2,8),nn.ReLU(),nn.Linear(8,2),nn.LogSoftmax(dim=1))
opt=torch.optim.Adam(net.parameters(),lr=0.01)
for e in range(60):
    opt.zero_grad(); loss=nn.NLLLoss()(net(x),t); loss.backward(); opt.step()
    acc=(net(x).argmax(1)==t).float().mean().item()
print(loss.item(),acc)
