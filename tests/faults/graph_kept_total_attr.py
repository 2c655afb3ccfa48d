import torch
from torch import nn
torch.manual_seed(0)
class T:
    def __init__(self):
        self.net = nn.Linear(2, 1); self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1); self.losses = []
    def run(self, x, y):
        for e in range(20):
            self.opt.zero_grad()
            loss = nn.functional.mse_loss(self.net(x), y)
            loss.backward()
            self.opt.step()
            self.losses += [loss]  # fault
x = torch.randn(40, 2)
t = T(); t.run(x, x.sum(1, keepdim=True))
print(sum(l.item() for l in t.losses))
