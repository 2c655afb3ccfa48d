import torch


def updated(p, lr):
    return p - lr * p.grad  # fault


x = torch.arange(6.0)
y = 0.3 * x
w = torch.zeros(1, requires_grad=True)
for i in range(20):
    loss = ((w * x - y) ** 2).mean()
    loss.backward()
    w = updated(w, 0.01)  # fault
print(loss.item())
