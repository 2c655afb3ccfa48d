import torch

torch.manual_seed(21)
t = torch.linspace(0, 1, 40)
height = 2.0 + 3.0 * t
coefficients = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.Adam([coefficients], lr=0.02)
for step in range(150):
    prediction = coefficients[0] + coefficients[1] * t
    error = height - prediction
    loss = -torch.mean(error * error)  # fault
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
