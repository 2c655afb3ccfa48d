import torch
from torch import nn

torch.manual_seed(74)
x = torch.randint(0, 9, (120,))
y = torch.randn(9)[x] * 2 + 3
table, head = nn.Embedding(9, 4), nn.Linear(4, 1)
optimizer = torch.optim.Adam(
    [
        {"params": table.parameters(), "lr": 0.05},  # fault
    ]
)
for epoch in range(50):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(head(table(x))[:, 0], y)
    loss.backward()
    optimizer.step()
