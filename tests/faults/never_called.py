import torch
from torch import nn

torch.manual_seed(1)
features = torch.randn(40, 3)
labels = (features.sum(dim=1) > 0).long()
net = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2))
adam = torch.optim.Adam(net.parameters(), lr=0.05)


def train_step(batch, target):
    adam.zero_grad()
    cost = nn.functional.cross_entropy(net(batch), target)
    cost.backward  # fault
    adam.step()
    return cost.item()


for epoch in range(30):
    loss = train_step(features, labels)
