import torch
from torch import nn
torch.manual_seed(0)
enc, dec = nn.Linear(3, 2), nn.Linear(2, 3)
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=0.01)
x = torch.randn(40, 3)
def train_epoch():
    tot = 0.0
    for xb in x.split(10):
        opt.zero_grad()
        loss = ((dec(enc(xb)) - xb) ** 2).mean()
        loss.backward()  # fault
        tot += loss.item()  # fault
    return tot
for e in range(20):
    print(train_epoch())
