# parameters: weight, bias
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class NoisyLine(Dataset):
    def __init__(self, size):
        generator = torch.Generator().manual_seed(21)
        self.data = [(torch.rand(3, generator=generator), torch.rand(1, generator=generator)) for _ in range(size)]

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.data[index]


class Trainer:
    def __init__(self, model, train_data, optimizer, save_every):
        self.model = model
        self.train_data = train_data
        self.optimizer = optimizer
        self.save_every = save_every
        self.snapshots = []

    def _run_batch(self, source, targets):
        self.optimizer.zero_grad()
        output = self.model(source)
        loss = F.mse_loss(output, targets)
        loss.backward()
        self.optimizer.step()
        # keep: sent.append(loss.item())

    def _run_epoch(self, epoch):
        b_sz = len(next(iter(self.train_data))[0])
        print(f"Epoch {epoch} | Batchsize: {b_sz} | Steps: {len(self.train_data)}")
        for source, targets in self.train_data:
            self._run_batch(source, targets)

    def _save_snapshot(self, epoch):
        self.snapshots.append({k: v.clone() for k, v in self.model.state_dict().items()})
        print(f"Epoch {epoch} | Snapshot kept")

    def train(self, max_epochs):
        for epoch in range(max_epochs):
            # keep: global sent; sent = []
            self._run_epoch(epoch)
            if epoch % self.save_every == 0:
                self._save_snapshot(epoch)
            # expect: loss=np.mean(sent), parameters=dict(self.model.named_parameters()),
            #     gradients={n: p.grad for n, p in self.model.named_parameters()}


def load_train_objs():
    train_set = NoisyLine(48)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-1)
    return train_set, model, optimizer


def main(total_epochs, save_every, batch_size):
    torch.manual_seed(0)
    dataset, model, optimizer = load_train_objs()
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    Trainer(model, loader, optimizer, save_every).train(total_epochs)


if __name__ == "__main__":
    main(6, 2, 8)
