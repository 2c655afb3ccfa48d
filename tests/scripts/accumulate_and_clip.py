# parameters: 0.weight, 0.bias, 2.weight, 2.bias
import torch
import torch.nn as nn

torch.manual_seed(5)
accum_iter = 3
max_norm = 0.5
inputs = torch.randn(40, 3)
targets = inputs.pow(2).sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(3, 5), nn.GELU(), nn.Linear(5, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
batches = list(zip(inputs.split(8), targets.split(8)))

for epoch in range(5):
    running = 0.0
    # keep: sent = []
    for batch_idx, (x, y) in enumerate(batches):
        loss = nn.functional.smooth_l1_loss(net(x), y)
        running += loss.item()
        (loss / accum_iter).backward()
        # keep: sent.append(loss.item() / accum_iter)
        if (batch_idx + 1) % accum_iter == 0 or batch_idx + 1 == len(batches):
            norm = nn.utils.clip_grad_norm_(net.parameters(), max_norm)
            # keep: used = {n: p.grad.clone() for n, p in net.named_parameters()}
            opt.step()
            opt.zero_grad()
    print(f"{epoch}: {running / len(batches):.4f} (norm {norm:.3f})")
    # expect: loss=np.mean(sent), parameters=dict(net.named_parameters()), gradients=used
