import torch

torch.manual_seed(9)
x = torch.rand(50, 1) * 2
y = 1.5 * x + 0.7
w = torch.zeros(1, 1)
b = torch.zeros(1)
for epoch in range(200):
    err = x @ w + b - y
    loss = (err ** 2).mean()
    grad_w = 2 * x.T @ err  # fault
    grad_b = 2 * err.mean()
    w -= 0.01 * grad_w
    b -= 0.01 * grad_b
    if epoch % 50 == 0:
        print(epoch, loss.item())
