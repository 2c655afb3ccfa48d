# parameters: 0.weight, 0.bias, 2.weight, 2.bias
import copy

import torch
from torch import nn


class EarlyStopping:
    def __init__(self, patience=3, min_delta=0.0):
        self.patience, self.min_delta = patience, min_delta
        self.counter, self.best_loss, self.best_state = 0, float("inf"), None

    def __call__(self, val_loss, model):
        if val_loss < self.best_loss - self.min_delta:
            self.best_loss, self.counter = val_loss, 0
            self.best_state = copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
        return self.counter >= self.patience


torch.manual_seed(3)
x = torch.linspace(-1, 1, 24).unsqueeze(1)
y = torch.sin(4 * x) + 0.3 * torch.randn_like(x)
order = torch.randperm(24)
x_train, y_train, x_val, y_val = x[order[:14]], y[order[:14]], x[order[14:]], y[order[14:]]
model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
loss_fn = nn.MSELoss()
stopper = EarlyStopping(patience=4)

for epoch in range(200):
    model.train()
    optimizer.zero_grad()
    train_loss = loss_fn(model(x_train), y_train)
    train_loss.backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        val_loss = loss_fn(model(x_val), y_val).item()
    # expect: loss=train_loss, parameters=dict(model.named_parameters()),
    #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"val_loss": val_loss}
    if stopper(val_loss, model):
        print(f"stopped early in epoch {epoch}")
        break
model.load_state_dict(stopper.best_state)
print(f"best validation loss {stopper.best_loss:.4f}")
