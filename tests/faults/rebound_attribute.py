import torch


class Model:
    def __init__(self):
        self.w = torch.tensor(0.0, requires_grad=True)

    def update(self, lr):
        self.w = self.w - lr * self.w.grad  # fault


x = torch.arange(5.0)
y = 0.5 * x
m = Model()
for i in range(30):
    loss = ((m.w * x - y) ** 2).mean()
    loss.backward()
    m.update(0.01)
print(loss.item())
