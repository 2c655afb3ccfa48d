# parameters: theta
import torch

torch.manual_seed(6)
A = torch.randn(20, 3)
target = A @ torch.tensor([1.0, 2.0, 3.0]) + 0.05 * torch.randn(20)
theta = torch.nn.Parameter(torch.zeros(3))
optimizer = torch.optim.RMSprop([theta], lr=0.2)
warmup = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=3)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=9)
schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [warmup, cosine], milestones=[3])

history = {"loss": [], "lr": []}
for epoch in range(12):
    optimizer.zero_grad()
    residual = A @ theta - target
    loss = residual.square().mean()
    loss.backward()
    optimizer.step()
    history["loss"].append(loss.item())
    history["lr"].append(optimizer.param_groups[0]["lr"])
    schedule.step()
    # expect: loss=loss, parameters={"theta": theta}, gradients={"theta": theta.grad}, metrics={"lr": history["lr"][-1]}
print([round(each, 4) for each in history["lr"]])
print(theta.data.numpy().round(3))
