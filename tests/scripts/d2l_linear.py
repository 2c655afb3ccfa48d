# parameters: w, b
import random

import torch


def synthetic_data(w, b, num_examples):
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(features), batch_size):
        batch = torch.tensor(indices[i : i + batch_size])
        yield features[batch], labels[batch]


def linreg(X, w, b):
    return torch.matmul(X, w) + b


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            # keep: used.append(param.grad.clone())
            param.grad.zero_()


random.seed(2)
torch.manual_seed(2)
true_w, true_b = torch.tensor([1.5, -0.7]), 3.1
features, labels = synthetic_data(true_w, true_b, 60)
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr, num_epochs, batch_size = 0.1, 4, 10
net, loss = linreg, squared_loss

for epoch in range(num_epochs):
    # keep: sent = []; used = []
    for X, y in data_iter(batch_size, features, labels):
        l = loss(net(X, w, b), y)
        l.sum().backward()
        # keep: sent.append(l.sum().item())
        sgd([w, b], lr, batch_size)
    with torch.no_grad():
        train_l = loss(net(features, w, b), labels)
        print(f"epoch {epoch + 1}, loss {float(train_l.mean()):f}")
    # expect: loss=np.mean(sent), parameters={"w": w, "b": b}, gradients={"w": used[-2], "b": used[-1]}
print("error of w:", (true_w - w.detach().reshape(true_w.shape)).abs().max().item() < 0.1)
