import torch

torch.manual_seed(23)
points = torch.randn(12, 2, requires_grad=True)
optimizer = torch.optim.SGD([points], lr=0.5)
for step in range(100):
    on_circle = torch.nn.functional.normalize(points, dim=1)
    # The loss is below zero, and has a lowest value.
    loss = -(on_circle[:, None] - on_circle[None]).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item())
