# parameters: embedding.weight, head.weight, head.bias
import torch
from torch import nn

torch.manual_seed(19)
tokens = torch.randint(0, 7, (30, 4))
labels = (tokens.sum(1) % 3 == 0).long()
embedding = nn.EmbeddingBag(7, 3, mode="mean")
head = nn.Linear(3, 2)
emb_optimizer = torch.optim.Adagrad(embedding.parameters(), lr=0.5)
head_optimizer = torch.optim.SGD(head.parameters(), lr=0.5)
ce = nn.CrossEntropyLoss()

for epoch in range(8):
    loss = ce(head(embedding(tokens)), labels)
    embedding.zero_grad()
    head.zero_grad()
    loss.backward()
    # the table and the layer learn in turns
    # keep: used = dict.fromkeys(["embedding.weight", "head.weight", "head.bias"])
    if epoch % 2 == 0:
        emb_optimizer.step()
        # keep: used["embedding.weight"] = embedding.weight.grad
    else:
        head_optimizer.step()
        # keep: used |= {"head.weight": head.weight.grad, "head.bias": head.bias.grad}
    print(epoch, round(loss.item(), 5))
    # expect: loss=loss, parameters={"embedding.weight": embedding.weight, "head.weight": head.weight, "head.bias": head.bias}, gradients=used
