import torch
x=torch.linspace(-1,1,20); y=2*x+1
w=torch.zeros(2,requires_grad=True)
for i in range(60):
    loss=((w[0]*x+w[1]-y)**2).mean()
    loss.backward()
    w=(w-0.2*w.grad).detach().requires_grad_()
print(loss.item())
