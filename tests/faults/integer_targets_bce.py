import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(20, 2)
labels = torch.tensor([0, 1] * 10).unsqueeze(1)  # fault
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(5):
    opt.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(net(x), labels)
    loss.backward()
    opt.step()
print(loss.item())
