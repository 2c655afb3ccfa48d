import torch
x = torch.linspace(-1, 1, 20)
y = 2 * x + 1
w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for i in range(30):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    w.grad.zero_()  # fault
    b.grad.zero_()  # fault
    with torch.no_grad():
        w -= 0.1 * w.grad  # fault
        b -= 0.1 * b.grad  # fault
    print(loss.item())
