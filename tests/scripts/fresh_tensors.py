# parameters: slope, offset
import torch

torch.manual_seed(16)
x = torch.linspace(0, 1, 15)
y = 3 * x - 1
slope = torch.tensor(0.0, requires_grad=True)
offset = torch.tensor(0.0, requires_grad=True)

for epoch in range(12):
    loss = torch.mean((slope * x + offset - y) ** 2)
    d_slope, d_offset = torch.autograd.grad(loss, [slope, offset])
    slope = (slope - 0.4 * d_slope).detach().requires_grad_()
    offset = (offset - 0.4 * d_offset).detach().requires_grad_()
    print(f"{epoch:2d} {loss.item():.6f}")
    # expect: loss=loss, parameters={"slope": slope, "offset": offset}, gradients={"slope": d_slope, "offset": d_offset}
