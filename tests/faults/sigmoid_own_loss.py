import torch

torch.manual_seed(18)
x = torch.randn(80, 3)
y = (x[:, 0] - x[:, 2] > 0.2).float()
w = torch.zeros(3, requires_grad=True)
b = torch.zeros(1, requires_grad=True)


def model(x):
    return torch.sigmoid(x @ w + b)  # fault


def likelihood(z, y):
    p = torch.sigmoid(z).clamp(1e-6, 1 - 1e-6)  # fault
    return (y * p.log() + (1 - y) * (1 - p).log()).mean()


optimizer = torch.optim.Adam([w, b], lr=0.1)
for epoch in range(100):
    optimizer.zero_grad()
    loss = -likelihood(model(x), y)  # fault
    loss.backward()
    optimizer.step()
