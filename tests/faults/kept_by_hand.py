import torch
torch.manual_seed(0)
x = torch.linspace(-1, 1, 20)
y = 3 * x + 1
a = torch.zeros(1, requires_grad=True)
c = torch.zeros(1, requires_grad=True)
for i in range(100):
    cost = ((a * x + c - y) ** 2).mean()
    cost.backward()  # fault
    with torch.no_grad():
        a -= 0.1 * a.grad  # fault
        c -= 0.1 * c.grad  # fault
print(cost.item())
