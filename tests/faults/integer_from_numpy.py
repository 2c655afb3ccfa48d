import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
counts = np.arange(40).reshape(20, 2)  # fault
inputs = torch.from_numpy(counts)  # fault
targets = inputs.sum(1, keepdim=True).float() / 40
loader = DataLoader(TensorDataset(inputs, targets), batch_size=5)
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(5):
    for xb, yb in loader:
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(xb), yb)
        loss.backward()
        opt.step()
print(loss.item())
