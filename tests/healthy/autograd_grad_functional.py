import torch
x=torch.linspace(-1,1,20); y=2*x+1
params=[torch.zeros(1,requires_grad=True),torch.zeros(1,requires_grad=True)]
for i in range(60):
    loss=((params[0]*x+params[1]-y)**2).mean()
    grads=torch.autograd.grad(loss,params)
    with torch.no_grad():
        for p,g in zip(params,grads): p-=0.3*g
print(loss.item())
