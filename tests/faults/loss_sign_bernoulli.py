import torch

torch.manual_seed(12)
x = torch.randn(60, 2)
t = (x[:, 0] > x[:, 1]).float()
w = torch.zeros(2, requires_grad=True)
opt = torch.optim.Adam([w], lr=0.05)
for epoch in range(60):
    p = torch.sigmoid(x @ w).clamp(1e-6, 1 - 1e-6)
    loss = (t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()  # fault
    opt.zero_grad()
    loss.backward()  # fault
    opt.step()
