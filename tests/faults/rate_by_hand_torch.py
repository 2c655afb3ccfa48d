import torch
torch.manual_seed(0)
x = torch.linspace(0, 3, 20)
y = 2 * x
w = torch.tensor(0.0, requires_grad=True)
alpha = 0.7  # fault
for i in range(30):
    loss = ((w * x - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= alpha * w.grad
    w.grad = None
print(loss.item())
