import torch
torch.manual_seed(0)
x = torch.randn(30)
y = 2 * x + 1
w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for i in range(20):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p = p - 0.1 * p.grad  # fault
    w.grad.zero_()
    b.grad.zero_()
    print(loss.item())
