# parameters: weight, bias
import math

import torch
from torch.optim.lr_scheduler import OneCycleLR

torch.manual_seed(44)
X = torch.rand(48, 2)
Y = X @ torch.tensor([[2.0], [-1.0]]) + 0.5
steps_per_epoch = math.ceil(len(X) / 16)
epochs = 6
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
scheduler = OneCycleLR(optimizer, max_lr=0.3, epochs=epochs, steps_per_epoch=steps_per_epoch)
lrs = []

for epoch in range(epochs):
    losses = []
    for k in range(steps_per_epoch):
        xb, yb = X[16 * k : 16 * (k + 1)], Y[16 * k : 16 * (k + 1)]
        loss = torch.mean((model(xb) - yb) ** 2)
        loss.backward()
        # keep: used = {n: p.grad.clone() for n, p in model.named_parameters()}
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        lrs.append(scheduler.get_last_lr()[0])
    current_lr = scheduler.get_last_lr()[0]
    print(f"{epoch:3d}  lr {current_lr:.5f}  loss {sum(losses) / len(losses):.6f}")
    # expect: loss=np.mean(losses), parameters=dict(model.named_parameters()), gradients=used, metrics={"current_lr": current_lr}
