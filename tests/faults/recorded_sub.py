import torch
x = torch.linspace(0, 1, 10)
y = 4 * x
k = torch.nn.Parameter(torch.tensor(1.0))
for epoch in range(20):
    loss = (k * x - y).abs().mean()
    loss.backward()
    k.sub_(0.1 * k.grad)  # fault
    k.grad = None
print(loss.item())
