# parameters: 0.weight, 0.bias, 2.weight, 2.bias
import torch
from torch import nn

torch.manual_seed(12)
device = torch.device("cuda" if torch.cuda.is_available() and False else "cpu")
use_amp = device.type == "cuda"
x = torch.randn(32, 4, device=device)
y = (x.sum(1) > 0).float().unsqueeze(1)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)).to(device)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
scaler = torch.amp.GradScaler(device.type, enabled=use_amp)

for epoch in range(6):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device_type=device.type, dtype=torch.bfloat16, enabled=use_amp):
        logits = model(x)
        loss = criterion(logits, y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        acc = ((logits > 0) == (y > 0.5)).float().mean().item()
    print(f"epoch={epoch} loss={loss.item():.4f} acc={acc:.3f} scale={scaler.get_scale()}")
    # expect: loss=loss, parameters=dict(model.named_parameters()),
    #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"acc": acc}
