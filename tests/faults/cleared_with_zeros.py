import torch

torch.manual_seed(61)
x = torch.rand(40, 2)
y = x @ torch.tensor([1.0, 2.0])
weights = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
for step in range(60):
    loss = (x @ weights[0] + weights[1] - y).pow(2).mean()
    loss.backward()
    for each in weights:
        each.grad = torch.zeros_like(each)  # fault
    with torch.no_grad():
        for each in weights:
            each -= 0.3 * each.grad
