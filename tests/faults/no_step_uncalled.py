import torch
from torch import nn
torch.manual_seed(0)


class Learner:
    def __init__(self):
        self.net = nn.Linear(2, 1)
        self.opt = torch.optim.Adam(self.net.parameters(), lr=0.1)

    def learn(self, x, y):
        self.opt.zero_grad()
        loss = nn.functional.mse_loss(self.net(x), y)
        loss.backward()  # fault
        self.opt.step  # fault
        return loss.item()


x = torch.randn(30, 2)
y = x.sum(1, keepdim=True)
learner = Learner()
for epoch in range(30):
    loss = learner.learn(x, y)
print(loss)
