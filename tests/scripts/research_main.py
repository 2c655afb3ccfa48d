# parameters: fc1.weight, fc1.bias, fc2.weight, fc2.bias
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden)
        self.fc2 = nn.Linear(hidden, 3)

    def forward(self, x):
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)


def train(args, model, loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        # keep: sent.append(loss.item())
        if batch_idx % args.log_interval == 0:
            print(f"Train Epoch: {epoch} [{batch_idx * len(data)}/{len(loader.dataset)}]\tLoss: {loss.item():.6f}")


def test(model, loader):
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for data, target in loader:
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    test_loss /= len(loader.dataset)
    print(f"Test set: Average loss: {test_loss:.4f}, Accuracy: {correct}/{len(loader.dataset)}")
    # keep: held_out.append(test_loss)


def main():
    parser = argparse.ArgumentParser(description="A small classifier")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=0.7)
    parser.add_argument("--gamma", type=float, default=0.7)
    parser.add_argument("--batch-size", type=int, default=12)
    parser.add_argument("--log-interval", type=int, default=3)
    args = parser.parse_args()
    torch.manual_seed(1)
    x = torch.randn(72, 4)
    y = (x[:, 0] > 0).long() + (x[:, 1] > 0.5).long()
    make = torch.utils.data.TensorDataset
    train_loader = torch.utils.data.DataLoader(make(x[:60], y[:60]), batch_size=args.batch_size, shuffle=True)
    test_loader = torch.utils.data.DataLoader(make(x[60:], y[60:]), batch_size=args.batch_size)
    model = Net(8)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=args.gamma)
    for epoch in range(1, args.epochs + 1):
        # keep: global sent, held_out; sent = []; held_out = []
        train(args, model, train_loader, optimizer, epoch)
        test(model, test_loader)
        # keep: rate = optimizer.param_groups[0]["lr"]
        scheduler.step()
        # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()),
        #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"test_loss": held_out[-1], "learning_rate": rate}


if __name__ == "__main__":
    main()
