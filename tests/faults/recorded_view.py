import torch
torch.manual_seed(0)
X = torch.randn(30, 2)
y = X.sum(1)
w = torch.zeros(2, requires_grad=True)
for i in range(20):
    loss = ((X @ w - y) ** 2).mean()
    loss.backward()
    for j in range(2):
        w[j] -= 0.1 * w.grad[j]  # fault
    w.grad = None
print(loss.item())
