import torch
torch.manual_seed(0)
w=torch.zeros(2,requires_grad=True); opt=torch.optim.SGD([w],lr=0.1)
for it in range(40):
    a=torch.rand(1)+1; x=torch.randn(10); y=a*x+1
    inner=((w[0]*x+w[1]-y)**2).mean()
    g,=torch.autograd.grad(inner,w,create_graph=True)
    fast=w-0.1*g
    loss=((fast[0]*x+fast[1]-y)**2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
