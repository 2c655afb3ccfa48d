import torch
from torch import nn
torch.manual_seed(0)
pi=nn.Linear(1,3); opt=torch.optim.Adam(pi.parameters(),lr=0.05); base=0.0
for ep in range(100):
    d=torch.distributions.Categorical(logits=pi(torch.ones(16,1)))
    a=d.sample(); r=(a==2).float()
    base=0.9*base+0.1*r.mean().item()
    loss=-(d.log_prob(a)*(r-base)).mean()
    opt.zero_grad(); loss.backward(); opt.step()
print(r.mean().item())
