# parameters: 0.weight, 0.bias, 3.weight, 3.bias
import random

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, Dataset

CFG = {"seed": 42, "epochs": 4, "bs": 20, "lr": 3e-2, "wd": 1e-4}


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.X, self.y = X.astype(np.float32), y.astype(np.float32)

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]


seed_everything(CFG["seed"])
X = np.random.rand(90, 5) * [1, 10, 5, 2, 1]
y = X[:, 0] * 3 + X[:, 1] - X[:, 3] + np.random.randn(90) * 0.1
X_tr, X_va, y_tr, y_va = X[:70], X[70:], y[:70], y[70:]
mu, sd = X_tr.mean(0), X_tr.std(0)
train_dl = DataLoader(TabularDataset((X_tr - mu) / sd, y_tr), batch_size=CFG["bs"], shuffle=True)
valid_dl = DataLoader(TabularDataset((X_va - mu) / sd, y_va), batch_size=CFG["bs"])
model = nn.Sequential(nn.Linear(5, 16), nn.SiLU(), nn.Dropout(0.1), nn.Linear(16, 1))
criterion = nn.MSELoss()
optimizer = optim.AdamW(model.parameters(), lr=CFG["lr"], weight_decay=CFG["wd"])
best_rmse = np.inf

for epoch in range(1, CFG["epochs"] + 1):
    model.train()
    train_loss = 0.0
    # keep: sent = []
    for xb, yb in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(xb).squeeze(1), yb)
        loss.backward()
        optimizer.step()
        train_loss += loss.item() * len(xb)
        # keep: sent.append(loss.item())
    train_loss /= len(train_dl.dataset)
    model.eval()
    preds = []
    with torch.no_grad():
        for xb, yb in valid_dl:
            preds.append(model(xb).squeeze(1).numpy())
    rmse = float(np.sqrt(np.mean((np.concatenate(preds) - y_va) ** 2)))
    if rmse < best_rmse:
        best_rmse = rmse
    print(f"epoch {epoch:02d} train {train_loss:.4f} valid rmse {rmse:.4f} best {best_rmse:.4f}")
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()),
    #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"rmse": rmse}
