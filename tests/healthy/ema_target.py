import copy, torch
from torch import nn
torch.manual_seed(0)
online=nn.Linear(3,2); target=copy.deepcopy(online)
opt=torch.optim.SGD(online.parameters(),lr=0.05)
for step in range(60):
    s=torch.randn(32,3)
    with torch.no_grad(): goal=s[:,:2]+0.5*target(s)
    loss=nn.functional.smooth_l1_loss(online(s),goal)
    opt.zero_grad(); loss.backward(); opt.step()
    with torch.no_grad():
        for p,q in zip(online.parameters(),target.parameters()): q.mul_(0.9).add_(0.1*p)
print(loss.item())
