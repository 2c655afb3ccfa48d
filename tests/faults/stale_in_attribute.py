import torch
from torch import nn

torch.manual_seed(5)
x = torch.randn(60, 3)
y = x.prod(1, keepdim=True)
net = nn.Linear(3, 1, bias=False)
opt = torch.optim.SGD(net.parameters(), lr=0.01)


class Loop:
    def __init__(self, net):
        self.net = net
        self.out = net(x)  # fault

    def step(self):
        loss = ((self.out - y) ** 2).mean()
        opt.zero_grad()
        loss.backward(retain_graph=True)
        opt.step()
        return loss.item()


loop = Loop(net)
for i in range(50):
    loss = loop.step()
    if i % 10 == 0:
        print(i, loss)
