import torch
ages = torch.tensor([[20, 1], [30, 0], [40, 1], [50, 0]])  # fault
pay = torch.tensor([2.0, 3.1, 4.2, 5.0])
w = torch.zeros(2, requires_grad=True)
for i in range(10):
    loss = ((ages @ w - pay) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.0001 * w.grad
    w.grad = None
print(loss.item())
