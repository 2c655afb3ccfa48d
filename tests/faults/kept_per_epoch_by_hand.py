import torch
torch.manual_seed(0)
x = torch.randn(60); y = 2 * x
w = torch.zeros(1, requires_grad=True)
for epoch in range(8):
    w.grad = None  # fault
    for xb, yb in zip(x.split(10), y.split(10)):
        loss = ((w * xb - yb) ** 2).mean()
        loss.backward()  # fault
        with torch.no_grad():
            w -= 0.1 * w.grad  # fault
    print(loss.item())
