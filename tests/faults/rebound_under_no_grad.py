import torch
torch.manual_seed(0)
x = torch.randn(30)
y = 2 * x - 1
w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(50):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w = w - 0.1 * w.grad  # fault
        b = b - 0.1 * b.grad  # fault
print(loss.item())
