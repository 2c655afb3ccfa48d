import torch
x = torch.linspace(0, 1, 20); y = 2 * x + 1
w = torch.tensor(0.0, requires_grad=True); b = torch.tensor(0.0, requires_grad=True)
for e in range(30):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    w, b = w - 0.1 * w.grad, b - 0.1 * b.grad  # fault
print(loss.item())
