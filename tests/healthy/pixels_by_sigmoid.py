import torch
from torch import nn

torch.manual_seed(0)
pictures = torch.rand(30, 16)
coder = nn.Sequential(nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 16), nn.Sigmoid())
optimizer = torch.optim.Adam(coder.parameters(), lr=0.02)
for epoch in range(50):
    again = coder(pictures)
    loss = ((again - pictures) ** 2).mean() + 1e-3 * torch.relu(coder[0](pictures)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
