import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc(x)).squeeze(1)  # fault


torch.manual_seed(0)
x = torch.randn(50, 2)
t = (x.sum(1) > 0).float()
net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.5)
for epoch in range(40):
    opt.zero_grad()
    loss = F.binary_cross_entropy_with_logits(net(x), t)  # fault
    loss.backward()
    opt.step()
print(loss.item())
