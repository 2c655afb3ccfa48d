import torch
from torch import nn


class Decay(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("rate", torch.tensor([0.3]))  # fault

    def forward(self, t):
        return torch.exp(-self.rate * t)


t = torch.linspace(0, 4, 50)
left = torch.exp(-1.1 * t)
model = Decay()
for step in range(100):
    loss = nn.functional.mse_loss(model(t), left)
    loss.backward()
    with torch.no_grad():
        model.rate -= 2.0 * model.rate.grad
        model.rate.grad.zero_()
