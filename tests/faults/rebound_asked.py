import torch

torch.manual_seed(4)
x = torch.linspace(0, 1, 30)
y = 2 * x - 1
theta = {"m": torch.zeros(1, requires_grad=True), "n": torch.zeros(1, requires_grad=True)}
for epoch in range(30):
    loss = ((theta["m"] * x + theta["n"] - y) ** 2).mean()
    grads = torch.autograd.grad(loss, list(theta.values()))
    for key, grad in zip(theta, grads):
        theta[key] = (theta[key] - 0.3 * grad).detach()  # fault
    print(loss.item())
