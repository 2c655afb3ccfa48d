# parameters: 0.weight, 0.bias
import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset, random_split


def make_train_step_fn(model, loss_fn, optimizer):
    def perform_train_step_fn(x, y):
        model.train()
        yhat = model(x)
        loss = loss_fn(yhat, y)
        loss.backward()
        # keep: globals().update(used={n: p.grad.clone() for n, p in model.named_parameters()})
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return perform_train_step_fn


def make_val_step_fn(model, loss_fn):
    def perform_val_step_fn(x, y):
        model.eval()
        return loss_fn(model(x), y).item()

    return perform_val_step_fn


def mini_batch(data_loader, step_fn):
    mini_batch_losses = []
    for x_batch, y_batch in data_loader:
        mini_batch_losses.append(step_fn(x_batch, y_batch))
    return np.mean(mini_batch_losses)


torch.manual_seed(13)
x = torch.rand(100, 1)
y = 1 + 2 * x + 0.1 * torch.randn(100, 1)
train_data, val_data = random_split(TensorDataset(x, y), [80, 20])
train_loader = DataLoader(train_data, batch_size=16, shuffle=True)
val_loader = DataLoader(val_data, batch_size=16)
lr = 0.1
model = nn.Sequential(nn.Linear(1, 1))
optimizer = optim.SGD(model.parameters(), lr=lr)
loss_fn = nn.MSELoss(reduction="mean")
train_step_fn = make_train_step_fn(model, loss_fn, optimizer)
val_step_fn = make_val_step_fn(model, loss_fn)

n_epochs = 6
losses, val_losses = [], []
for epoch in range(n_epochs):
    loss = mini_batch(train_loader, train_step_fn)
    losses.append(loss)
    with torch.no_grad():
        val_loss = mini_batch(val_loader, val_step_fn)
        val_losses.append(val_loss)
    # expect: loss=loss, parameters=dict(model.named_parameters()), gradients=used, metrics={"val_loss": val_loss}
print(model.state_dict())
