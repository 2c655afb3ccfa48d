import torch
torch.manual_seed(0)
x = torch.randn(30)
y = 3 * x
w = torch.zeros(1, requires_grad=True)
for i in range(30):
    loss = ((w * x - y) ** 2).mean()
    loss.backward()  # fault
    with torch.no_grad():
        w.sub(0.1 * w.grad)  # fault
    w.grad.zero_()
print(loss.item())
