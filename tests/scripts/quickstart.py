# parameters: layers.0.weight, layers.0.bias, layers.2.weight, layers.2.bias
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
points = torch.randn(96, 2)
labels = (points[:, 0] * points[:, 1] > 0).long()
train_dataloader = DataLoader(TensorDataset(points[:64], labels[:64]), batch_size=16, shuffle=True)
test_dataloader = DataLoader(TensorDataset(points[64:], labels[64:]), batch_size=16)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


def train(dataloader, model, loss_fn, optimizer):
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        loss = loss_fn(model(X), y)
        loss.backward()
        # keep: sent.append(loss.item()); used = {n: p.grad.clone() for n, p in model.named_parameters()}
        # keep: globals().update(used=used)
        optimizer.step()
        optimizer.zero_grad()
        if batch % 2 == 0:
            print(f"loss: {loss.item():>7f}  [{(batch + 1) * len(X):>3d}/{len(dataloader.dataset):>3d}]")


def test(dataloader, model, loss_fn):
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= len(dataloader)
    correct /= len(dataloader.dataset)
    print(f"Accuracy: {100 * correct:>0.1f}%, average loss: {test_loss:>8f}\n")
    # keep: globals().update(held_out=test_loss)


model = Classifier()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
epochs = 5
for t in range(epochs):
    print(f"Epoch {t + 1}")
    # keep: sent = []
    train(train_dataloader, model, loss_fn, optimizer)
    test(test_dataloader, model, loss_fn)
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()), gradients=used, metrics={"test_loss": held_out}
print("Done")
