import torch
torch.manual_seed(0)
x = torch.randn(50) + 1
y = 2 * x + 3
w = torch.tensor(0.0)
b = torch.tensor(0.0)
for epoch in range(80):
    e = w * x + b - y
    loss = (e ** 2).mean()
    grad_w = 2 * (e * x).mean()
    grad_b = 2 * (e * b).mean()  # fault
    w = w - 0.05 * grad_w
    b = b - 0.05 * grad_b
print(loss.item())
