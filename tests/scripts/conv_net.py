# parameters: conv.weight, bn.weight, bn.bias, fc.weight, fc.bias
import logging

import torch
import torch.nn as nn

logging.basicConfig(level=logging.WARNING)
log = logging.getLogger(__name__)


class SmallConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        return self.fc(x.mean(dim=(2, 3)))


torch.manual_seed(71)
images = torch.rand(32, 1, 6, 6)
targets = torch.arange(32) % 2
images[targets == 1, :, 2] += 1.0
model = SmallConv()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)

for epoch in range(4):
    correct = total = 0
    running_loss = 0.0
    # keep: sent = []
    for i in range(0, 32, 8):
        x, t = images[i : i + 8], targets[i : i + 8]
        optimizer.zero_grad()
        outputs = model(x)
        loss = criterion(outputs, t)
        loss.backward()
        optimizer.step()
        # keep: sent.append(loss.item())
        running_loss += loss.item()
        _, predicted = outputs.max(1)
        total += t.size(0)
        correct += predicted.eq(t).sum().item()
    acc = 100.0 * correct / total
    log.info("epoch %d done", epoch)
    print("Loss: %.3f | Acc: %.3f%% (%d/%d)" % (running_loss / 4, acc, correct, total))
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()),
    #     gradients={n: p.grad for n, p in model.named_parameters()}, metrics={"acc": acc}
