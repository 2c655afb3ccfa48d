# parameters: weight, bias
import torch
from torch import nn

torch.manual_seed(9)
x = torch.randn(24, 2)
y = x.sum(1, keepdim=True) - 0.5
model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def train_batch(xb, yb):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(xb), yb)
    loss.backward()
    optimizer.step()
    return loss.item()


def mean_over_batches(function, size):
    return sum(function(a, b) for a, b in zip(x.split(size), y.split(size))) / (len(x) // size)


for epoch in range(5):
    loss = mean_over_batches(train_batch, 8)
    print(epoch, f"{loss:.5f}")
    # expect: loss=loss, parameters=dict(model.named_parameters()), gradients={n: p.grad for n, p in model.named_parameters()}
