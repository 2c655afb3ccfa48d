import torch
torch.manual_seed(0)
x = torch.randn(30)
y = 2 * x + 1
w = torch.randn(1, requires_grad=True)
b = torch.zeros(1)  # fault
for epoch in range(30):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
        w.grad.zero_()
        b.grad.zero_()
print(loss.item())
