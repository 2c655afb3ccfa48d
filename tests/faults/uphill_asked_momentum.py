import torch

torch.manual_seed(23)
x = torch.randn(40, 2)
y = x[:, 0] * 2 + 1
theta = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
for epoch in range(25):
    loss = ((x @ theta[0] + theta[1] - y) ** 2).mean()
    grads = torch.autograd.grad(loss, theta)
    with torch.no_grad():
        for p, g in zip(theta, grads):
            p.add_(0.05 * g)  # fault
