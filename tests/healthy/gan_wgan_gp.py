import torch
from torch import nn
torch.manual_seed(0)
G=nn.Sequential(nn.Linear(2,8),nn.ReLU(),nn.Linear(8,1)); D=nn.Sequential(nn.Linear(1,8),nn.LeakyReLU(),nn.Linear(8,1))
go=torch.optim.Adam(G.parameters(),lr=1e-3); do=torch.optim.Adam(D.parameters(),lr=1e-3)
for s in range(60):
    for _ in range(2):
        real=2+torch.randn(32,1); fake=G(torch.randn(32,2)).detach()
        mix=(0.5*real+0.5*fake).requires_grad_(True)
        g,=torch.autograd.grad(D(mix).sum(),mix,create_graph=True)
        d=D(fake).mean()-D(real).mean()+10*((g.norm(dim=1)-1)**2).mean()
        do.zero_grad(); d.backward(); do.step()
    gl=-D(G(torch.randn(32,2))).mean()
    go.zero_grad(); gl.backward(); go.step()
print(d.item(),gl.item())
