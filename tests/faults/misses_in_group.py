import torch
torch.manual_seed(0)
x = torch.randn(50, 3)
y = x @ torch.tensor([1.0, 2.0, 3.0]) + 4
w = torch.zeros(3, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
groups = [{"params": [w], "lr": 0.1}]  # fault
optim = torch.optim.SGD(groups)  # fault
for t in range(100):
    loss = torch.nn.functional.mse_loss(x @ w + b, y)
    optim.zero_grad()
    loss.backward()
    optim.step()
print(loss.item())
