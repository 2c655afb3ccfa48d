import torch
from torch import nn

torch.manual_seed(56)
real = torch.randn(64, 1) * 0.5 + 2
maker = nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
judge = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
of_maker = torch.optim.Adam(maker.parameters(), lr=0.005)
of_judge = torch.optim.Adam(judge.parameters(), lr=0.005)
loss_of = nn.functional.binary_cross_entropy_with_logits
for step in range(60):
    with torch.no_grad():
        fake = maker(torch.randn(64, 2))
    of_judge.zero_grad()
    wrong = loss_of(judge(real), torch.ones(64, 1)) + loss_of(judge(fake), torch.zeros(64, 1))
    wrong.backward()
    of_judge.step()
    of_maker.zero_grad()
    loss = loss_of(judge(maker(torch.randn(64, 2))), torch.ones(64, 1))
    loss.backward()
    of_maker.step()
    if step % 20 == 0:
        print(step, wrong.item(), loss.item(), fake.mean().item())
