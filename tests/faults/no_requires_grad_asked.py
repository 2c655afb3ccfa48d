import torch

x = torch.linspace(-1, 1, 20)
y = torch.exp(x)
c0 = torch.tensor(0.0)  # fault
c1 = torch.tensor(0.0)  # fault
for epoch in range(30):
    loss = torch.mean((c0 + c1 * x - y) ** 2)
    g0, g1 = torch.autograd.grad(loss, [c0, c1])
    c0.data -= 0.1 * g0
    c1.data -= 0.1 * g1
