import torch
x = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]]); y = torch.tensor([[0.], [1.], [1.], [0.]])
W1 = torch.full((2, 4), 0.3, requires_grad=True)  # fault
b1 = torch.zeros(4, requires_grad=True)
W2 = torch.full((4, 1), 0.3, requires_grad=True)  # fault
b2 = torch.zeros(1, requires_grad=True)
for e in range(200):
    loss = ((torch.sigmoid(x @ W1 + b1) @ W2 + b2 - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (W1, b1, W2, b2):
            p -= 0.3 * p.grad
            p.grad = None
print(loss.item())
