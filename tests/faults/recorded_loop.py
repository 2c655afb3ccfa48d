import torch
torch.manual_seed(0)
x = torch.randn(20, 2)
y = x.sum(1)
w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)


def sgd(params, lr):
    for p in params:
        p -= lr * p.grad  # fault
        p.grad.zero_()


for epoch in range(20):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    sgd([w, b], 0.1)
print(loss.item())
