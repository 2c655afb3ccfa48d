import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(51)
x = torch.randn(160, 4)
y = (x[:, 0] * x[:, 1] > 0).long()
train = DataLoader(TensorDataset(x[:120], y[:120]), batch_size=30, shuffle=True)
test = DataLoader(TensorDataset(x[120:], y[120:]), batch_size=20)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 32)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(32, 2)

    def forward(self, x):
        return self.last(self.drop(torch.relu(self.first(x))))


def accuracy(net):
    right = 0
    with torch.no_grad():  # fault
        for inputs, labels in test:  # fault
            right += (net(inputs).argmax(1) == labels).sum().item()  # fault
    return right / 40


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(12):
    for inputs, labels in train:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(inputs), labels)
        loss.backward()
        optimizer.step()
    print(epoch, accuracy(net))
