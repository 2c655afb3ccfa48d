import torch
import torch.nn.functional as F

g = torch.Generator().manual_seed(5)


class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn((fan_in, fan_out), generator=g) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        self.out = x @ self.weight
        if self.bias is not None:
            self.out = self.out + self.bias
        return self.out

    def parameters(self):
        return [self.weight] + ([] if self.bias is None else [self.bias])


class Tanh:
    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out

    def parameters(self):
        return []


Xtr = torch.randn(50, 4, generator=g)
Ytr = (Xtr.sum(1) > 0).long()
layers = [Linear(4, 6, bias=False), Tanh(), Linear(6, 2)]
parameters = [p for layer in layers for p in layer.parameters()]
for p in parameters:
    p.requires_grad = True
ud = []

for i in range(20):
    ix = torch.randint(0, 50, (10,), generator=g)
    x = Xtr[ix]
    for layer in layers:
        x = layer(x)
    loss = F.cross_entropy(x, Ytr[ix])
    for layer in layers:
        layer.out.retain_grad()
    for p in parameters:
        p.grad = None
    loss.backward()
    lr = 0.1
    for p in parameters:
        p.data += -lr * p.grad
    with torch.no_grad():
        ud.append([((lr * p.grad).std() / p.data.std()).log10().item() for p in parameters])
    if i % 5 == 0:
        print(f"{i:3d} {loss.item():.4f}")
    # expect: loss=loss, parameters={"parameters[0]": parameters[0], "parameters[1]": parameters[1], "parameters[2]": parameters[2]},
    #     gradients={"parameters[0]": parameters[0].grad, "parameters[1]": parameters[1].grad, "parameters[2]": parameters[2].grad}
