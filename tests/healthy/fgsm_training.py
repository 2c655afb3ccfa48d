import torch
from torch import nn
torch.manual_seed(0)
x=torch.randn(80,2); t=(x.sum(1)>0).long()
net=nn.Linear(2,2); opt=torch.optim.SGD(net.parameters(),lr=0.2)
for e in range(40):
    adv=x.clone().requires_grad_(True)
    nn.functional.cross_entropy(net(adv),t).backward()
    adv=(adv+0.05*adv.grad.sign()).detach()
    opt.zero_grad()
    loss=nn.functional.cross_entropy(net(adv),t); loss.backward(); opt.step()
print(loss.item())
