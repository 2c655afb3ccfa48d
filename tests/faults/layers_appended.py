import torch
import torch.nn as nn


class Deep(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.steps = []  # fault
        for _ in range(depth):
            self.steps.append(nn.Linear(4, 4))  # fault
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        for step in self.steps:
            x = step(x).tanh()
        return self.head(x)


def main():
    torch.manual_seed(0)
    x = torch.randn(64, 4)
    t = (x.sum(1) > 0).long()
    deep = Deep(3)
    opt = torch.optim.SGD(deep.parameters(), lr=0.1)
    for _ in range(40):
        loss = nn.functional.cross_entropy(deep(x), t)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(loss.item())


main()
