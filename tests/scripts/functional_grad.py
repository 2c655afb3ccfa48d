# parameters: params['w1'], params['b1'], params['w2'], params['b2']
import torch


def init_params(generator):
    shapes = {"w1": (2, 5), "b1": (5,), "w2": (5, 1), "b2": (1,)}
    return {
        name: torch.randn(shape, generator=generator).mul_(0.5).requires_grad_()
        for name, shape in shapes.items()
    }


def apply(params, x):
    hidden = torch.sigmoid(x @ params["w1"] + params["b1"])
    return hidden @ params["w2"] + params["b2"]


def objective(params, x, y):
    return torch.mean(torch.abs(apply(params, x) - y))


generator = torch.Generator().manual_seed(27)
x = torch.rand(20, 2, generator=generator)
y = x.max(1, keepdim=True).values
params = init_params(generator)
lr = 0.1

for step in range(15):
    value = objective(params, x, y)
    grads = torch.autograd.grad(value, list(params.values()))
    params = {
        name: (param - lr * grad).detach().requires_grad_()
        for (name, param), grad in zip(params.items(), grads)
    }
    if step % 5 == 0:
        print(step, f"{value.item():.6f}")
    # expect: loss=value, parameters={f"params[{k!r}]": v for k, v in params.items()},
    #     gradients={f"params[{k!r}]": v for k, v in zip(params, grads)}
