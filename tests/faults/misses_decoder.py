import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(80, 6)
encoder = nn.Linear(6, 3)
decoder = nn.Linear(3, 6)
opt = torch.optim.Adam(encoder.parameters(), lr=0.02)  # fault
for epoch in range(60):
    opt.zero_grad()
    loss = nn.functional.mse_loss(decoder(torch.tanh(encoder(x))), x)
    loss.backward()
    opt.step()
print(loss.item())
