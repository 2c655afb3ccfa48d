# parameters: hidden.weight, hidden.bias, bn.weight, bn.bias, out.weight, out.bias
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 6)
        self.bn = nn.BatchNorm1d(6)
        self.out = nn.Linear(6, 1)

    def forward(self, x):
        return self.out(F.relu(self.bn(self.hidden(x))))


@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    val_loss = F.mse_loss(model(x), y).item()
    model.train()
    return val_loss


def run(epochs=9, eval_every=3, lr=0.05):
    torch.manual_seed(10)
    x, x_val = torch.randn(30, 3), torch.randn(15, 3)
    y, y_val = x.prod(1, keepdim=True), x_val.prod(1, keepdim=True)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    best = None
    for epoch in range(1, epochs + 1):
        # keep: measured = None
        pred = model(x)
        loss = F.mse_loss(pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % eval_every == 0:
            val_loss = evaluate(model, x_val, y_val)
            # keep: measured = val_loss
            if best is None or val_loss < best:
                best = val_loss
            print(f"epoch {epoch}: train {loss.item():.4f} val {val_loss:.4f}")
        # expect: loss=loss, parameters=dict(model.named_parameters()),
        #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"val_loss": measured}
    return best


print(round(run(), 4))
