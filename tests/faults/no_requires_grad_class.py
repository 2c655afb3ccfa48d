import torch


class Line:
    def __init__(self):
        self.slope = torch.tensor(0.0)  # fault
        self.shift = torch.tensor(0.0)  # fault

    def __call__(self, x):
        return self.slope * x + self.shift


x = torch.linspace(0, 1, 12)
y = 3 * x - 1
line = Line()
for epoch in range(20):
    loss = (line(x) - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        line.slope -= 0.1 * line.slope.grad
        line.shift -= 0.1 * line.shift.grad
        line.slope.grad = line.shift.grad = None
print(loss.item())
