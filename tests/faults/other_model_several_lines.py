import torch
from torch import nn

torch.manual_seed(8)
x = torch.randn(50, 3)
y = x.abs().sum(1, keepdim=True)
teacher = nn.Linear(3, 1)
student = nn.Sequential(nn.Linear(3, 12), nn.ReLU(), nn.Linear(12, 1))
optimizer = torch.optim.SGD(
    teacher.parameters(),  # fault
    lr=0.05,
    momentum=0.9,
)
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(student(x), y)
    loss.backward()
    optimizer.step()
