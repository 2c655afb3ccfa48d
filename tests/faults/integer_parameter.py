import torch
x = torch.tensor([1.0, 2.0, 3.0])
y = 2 * x
w = torch.tensor(1, requires_grad=True)  # fault
for i in range(10):
    loss = ((w * x - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
print(loss.item())
