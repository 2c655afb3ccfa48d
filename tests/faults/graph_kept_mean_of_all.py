import torch
from torch import nn

torch.manual_seed(324)
pages = torch.randn(50, 2)
mood = pages.prod(dim=1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
log = []
average = None
for epoch in range(80):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(pages), mood)
    loss.backward()
    optimizer.step()
    average = loss if average is None else 0.9 * average + 0.1 * loss  # fault
    if epoch % 20 == 0:
        print(epoch, float(average))
