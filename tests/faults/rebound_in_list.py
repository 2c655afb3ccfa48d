import torch
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x @ torch.tensor([1.0, -1.0]) + 0.5
params = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]


def model(x):
    return x @ params[0] + params[1]


for epoch in range(50):
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    for i in range(len(params)):
        params[i] = params[i] - 0.1 * params[i].grad  # fault
print(loss.item())
