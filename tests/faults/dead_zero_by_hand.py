import torch
torch.manual_seed(0)
x = torch.randn(50, 2)
y = x.prod(1, keepdim=True)
W1 = torch.zeros(2, 8, requires_grad=True)  # fault
b1 = torch.zeros(8, requires_grad=True)
W2 = torch.zeros(8, 1, requires_grad=True)  # fault
b2 = torch.zeros(1, requires_grad=True)
opt = torch.optim.SGD([W1, b1, W2, b2], lr=0.1)
for epoch in range(60):
    out = torch.relu(x @ W1 + b1) @ W2 + b2
    loss = ((out - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
