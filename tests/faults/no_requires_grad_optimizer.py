import torch


def init():
    torch.manual_seed(1)
    weight = torch.randn(3, 1) * 0.1  # fault
    return weight


x = torch.randn(25, 3)
y = x[:, :1]
weight = init()
optimizer = torch.optim.SGD([weight], lr=0.1)
for epoch in range(20):
    optimizer.zero_grad()
    loss = torch.mean((x @ weight - y) ** 2)
    loss.backward()
    optimizer.step()
print(loss.item())
