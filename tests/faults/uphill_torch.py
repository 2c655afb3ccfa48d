import torch
torch.manual_seed(0)
x = torch.randn(30, 2)
y = x @ torch.tensor([1.0, 2.0])
theta = torch.zeros(2, requires_grad=True)
for i in range(40):
    loss = torch.mean((x @ theta - y) ** 2)
    loss.backward()
    with torch.no_grad():
        theta += 0.05 * theta.grad  # fault
    theta.grad.zero_()
    print(loss.item())
