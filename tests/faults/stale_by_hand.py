import torch
torch.manual_seed(0)
x = torch.randn(25)
y = 3 * x
w = torch.zeros(1, requires_grad=True)
guess = w * x  # fault
loss = ((guess - y) ** 2).mean()  # fault
for epoch in range(40):
    loss.backward(retain_graph=True)  # fault
    with torch.no_grad():
        w -= 0.05 * w.grad
    w.grad = None
    print(loss.item())
