import torch

torch.manual_seed(63)
t = torch.linspace(0, 1, 30)
line = 2 * t - 0.5
slope, start = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
guess = slope * t + start  # fault
for turn in range(50):
    loss = ((guess - line) ** 2).mean()
    slopes = torch.autograd.grad(loss, [slope, start], retain_graph=True)
    with torch.no_grad():
        slope -= 0.2 * slopes[0]
        start -= 0.2 * slopes[1]
