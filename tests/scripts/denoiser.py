# parameters: encoder.0.weight, encoder.0.bias, encoder.2.weight, encoder.2.bias, decoder.0.weight, decoder.0.bias, decoder.2.weight, decoder.2.bias
import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, size=12, code=2):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(size, 6), nn.ReLU(), nn.Linear(6, code))
        self.decoder = nn.Sequential(nn.Linear(code, 6), nn.ReLU(), nn.Linear(6, size), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


torch.manual_seed(17)
patterns = torch.eye(12).cumsum(0)[torch.randint(0, 12, (60,))]
model = Autoencoder()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-5)
noise_factor = 0.2
outputs = []

for epoch in range(6):
    # keep: sent = []
    for clean in patterns.split(25):
        noisy = (clean + noise_factor * torch.randn_like(clean)).clamp(0, 1)
        recon = model(noisy)
        loss = criterion(recon, clean)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # keep: sent.append(loss.item())
    print(f"Epoch:{epoch + 1}, Loss:{loss.item():.4f}")
    outputs.append((epoch, clean, recon.detach()))
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()),
    #     gradients={n: p.grad for n, p in model.named_parameters()}
