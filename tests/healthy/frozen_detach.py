import torch
from torch import nn
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.body=nn.Linear(2,16); self.head=nn.Linear(16,1)
        self.body.requires_grad_(False)
    def forward(self,x):
        return self.head(torch.tanh(self.body(x)).detach())
torch.manual_seed(0)
m=M()
opt=torch.optim.SGD([p for p in m.parameters() if p.requires_grad],lr=0.1)
x=torch.randn(60,2); y=x.sum(1,keepdim=True)
for e in range(60):
    loss=nn.functional.mse_loss(m(x),y)
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
