# parameters: backbone.0.weight, backbone.0.bias, head.weight, head.bias
import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 5), nn.Tanh())
        self.head = nn.Linear(5, 3)

    def forward(self, x):
        return self.head(self.backbone(x))


torch.manual_seed(25)
x = torch.randn(36, 4)
y = x[:, :3].argmax(1)
model = Model()
for param in model.backbone.parameters():
    param.requires_grad = False
optimizer = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.4)
criterion = nn.CrossEntropyLoss()

for epoch in range(8):
    if epoch == 4:
        for param in model.backbone.parameters():
            param.requires_grad = True
        optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.04})
        print("unfrozen")
    optimizer.zero_grad()
    outputs = model(x)
    loss = criterion(outputs, y)
    loss.backward()
    optimizer.step()
    accuracy = (outputs.argmax(1) == y).float().mean()
    print(f"{epoch} {loss.item():.4f} {accuracy.item():.3f}")
    # keep: names = [n for n, p in model.named_parameters() if p.requires_grad]
    # expect: loss=loss, parameters={n: model.get_parameter(n) for n in names},
    #     gradients={n: model.get_parameter(n).grad for n in names}, metrics={"accuracy": accuracy}
