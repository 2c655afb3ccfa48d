# parameters: enc.weight, enc.bias, mu.weight, mu.bias, logvar.weight, logvar.bias, dec.weight, dec.bias
import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 5)
        self.mu, self.logvar = nn.Linear(5, 2), nn.Linear(5, 2)
        self.dec = nn.Linear(2, 6)

    def forward(self, x):
        h = F.relu(self.enc(x))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        return torch.sigmoid(self.dec(z)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


def train(epoch):
    model.train()
    train_loss = 0
    for data in batches:
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        # keep: sent.append(loss.item())
        train_loss += loss.item()
        optimizer.step()
    print(f"====> Epoch: {epoch} Average loss: {train_loss / 40:.4f}")


torch.manual_seed(30)
batches = (torch.rand(40, 6) > 0.6).float().split(16)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(1, 6):
    # keep: sent = []
    train(epoch)
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()), gradients={n: p.grad for n, p in model.named_parameters()}
