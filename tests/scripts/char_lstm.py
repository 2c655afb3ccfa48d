# parameters: embed.weight, lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0, decoder.weight, decoder.bias
import math

import torch
import torch.nn as nn


class RNNModel(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, dim)
        self.decoder = nn.Linear(dim, vocab)

    def forward(self, x, state):
        out, state = self.lstm(self.embed(x), state)
        return self.decoder(out).flatten(0, 1), state


def batchify(ids, bsz):
    nbatch = len(ids) // bsz
    return ids[: nbatch * bsz].view(bsz, -1).t().contiguous()


def train():
    global hidden
    hidden, total_loss = None, 0.0
    for batch, i in enumerate(range(0, source.size(0) - 1, bptt)):
        seq_len = min(bptt, len(source) - 1 - i)
        data, targets = source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].view(-1)
        model.zero_grad()
        if hidden is not None:
            hidden = tuple(h.detach() for h in hidden)
        output, hidden = model(data, hidden)
        loss = criterion(output, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-lr)
        # keep: sent.append(loss.item())
        total_loss += loss.item()
    return total_loss / (batch + 1)


torch.manual_seed(1111)
corpus = "tip tap toe, tip tap toe, round and round and off we go, "
vocab = sorted(set(corpus))
source = batchify(torch.tensor([vocab.index(c) for c in corpus * 2]), 4)
model, criterion = RNNModel(len(vocab), 6), nn.CrossEntropyLoss()
lr, bptt, best = 5.0, 7, None
for epoch in range(1, 5):
    # keep: sent = []
    epoch_loss = train()
    print(f"| epoch {epoch} | lr {lr:.2f} | loss {epoch_loss:.4f} | ppl {math.exp(epoch_loss):.2f}")
    # keep: rate = lr
    if best is None or epoch_loss < best:
        best = epoch_loss
    else:
        lr /= 4.0
    # expect: loss=np.mean(sent), parameters=dict(model.named_parameters()), gradients={n: p.grad for n, p in model.named_parameters()}
