import torch

torch.manual_seed(71)
x = torch.rand(40, 2)
y = (x[:, :1] - x[:, 1:]).abs()
layers = []
for wide, narrow in ((2, 8), (8, 1)):
    weight = torch.randn(wide, narrow)  # fault
    layers.append([weight, torch.zeros(narrow)])  # fault


def net(x):
    hidden = torch.tanh(x @ layers[0][0] + layers[0][1])
    return hidden @ layers[1][0] + layers[1][1]


for epoch in range(50):
    loss = (net(x) - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for layer in layers:
            for part in layer:
                part -= 0.1 * part.grad
                part.grad.zero_()
