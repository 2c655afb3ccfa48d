# parameters: netG.0.weight, netG.0.bias, netG.2.weight, netG.2.bias, netD.0.weight, netD.0.bias, netD.2.weight, netD.2.bias
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(999)
nz, batch_size, num_epochs, lr, beta1 = 2, 16, 4, 0.01, 0.5
data = torch.randn(48, 1) * 0.5 + 3
netG = nn.Sequential(nn.Linear(nz, 6), nn.ReLU(), nn.Linear(6, 1))
netD = nn.Sequential(nn.Linear(1, 6), nn.LeakyReLU(0.2), nn.Linear(6, 1), nn.Sigmoid())
criterion = nn.BCELoss()
optimizerD = optim.Adam(netD.parameters(), lr=lr, betas=(beta1, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=lr, betas=(beta1, 0.999))
G_losses, D_losses = [], []
real_label, fake_label = 1.0, 0.0

for epoch in range(num_epochs):
    # keep: reals = []; fakes = []; gens = []
    for i in range(0, len(data), batch_size):
        # the discriminator: once with real data, once with what the generator makes
        netD.zero_grad()
        real = data[i : i + batch_size]
        label = torch.full((len(real),), real_label)
        errD_real = criterion(netD(real).view(-1), label)
        errD_real.backward()
        fake = netG(torch.randn(len(real), nz))
        label.fill_(fake_label)
        errD_fake = criterion(netD(fake.detach()).view(-1), label)
        errD_fake.backward()
        errD = errD_real + errD_fake
        # keep: used = {"netD." + n: p.grad.clone() for n, p in netD.named_parameters()}
        optimizerD.step()
        # the generator
        netG.zero_grad()
        label.fill_(real_label)
        errG = criterion(netD(fake).view(-1), label)
        errG.backward()
        # keep: used |= {"netG." + n: p.grad.clone() for n, p in netG.named_parameters()}
        # keep: reals.append(errD_real.item()); fakes.append(errD_fake.item()); gens.append(errG.item())
        optimizerG.step()
        G_losses.append(errG.item())
        D_losses.append(errD.item())
    print(f"[{epoch}/{num_epochs}] Loss_D: {errD.item():.4f} Loss_G: {errG.item():.4f}")
    # expect: loss={"errD_real": np.mean(reals), "errD_fake": np.mean(fakes), "errG": np.mean(gens)}, gradients=used,
    #     parameters={f"{m}.{n}": p for m, net in (("netG", netG), ("netD", netD)) for n, p in net.named_parameters()}
