# parameters: lin.weight, lin.bias
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
x_all = torch.rand(100, 6)
y_all = x_all[:, :3].argmax(1)
bs, lr, epochs = 16, 0.5, 3
loss_func = F.cross_entropy


class LogReg(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(6, 3)

    def forward(self, xb):
        return self.lin(xb)


def loss_batch(model, loss_func, xb, yb, opt=None):
    loss = loss_func(model(xb), yb)
    if opt is not None:
        loss.backward()
        # keep: globals().setdefault("sent", []).append(loss.item())
        # keep: globals().update(used={n: p.grad.clone() for n, p in model.named_parameters()})
        opt.step()
        opt.zero_grad()
    return loss.item(), len(xb)


def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    for epoch in range(epochs):
        model.train()
        # keep: globals().update(sent=[])
        for xb, yb in train_dl:
            loss_batch(model, loss_func, xb, yb, opt)
        model.eval()
        with torch.no_grad():
            losses, nums = zip(*[loss_batch(model, loss_func, xb, yb) for xb, yb in valid_dl])
        val_loss = np.sum(np.multiply(losses, nums)) / np.sum(nums)
        print(epoch, val_loss)
        # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()), gradients=used, metrics={"val_loss": val_loss}


def get_model():
    model = LogReg()
    return model, optim.SGD(model.parameters(), lr=lr)


train_dl = DataLoader(TensorDataset(x_all[:80], y_all[:80]), batch_size=bs, shuffle=True)
valid_dl = DataLoader(TensorDataset(x_all[80:], y_all[80:]), batch_size=bs * 2)
model, opt = get_model()
fit(epochs, model, loss_func, opt, train_dl, valid_dl)
