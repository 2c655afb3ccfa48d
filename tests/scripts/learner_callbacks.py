# parameters: 0.weight, 0.bias, 2.weight, 2.bias
import torch
from torch import nn


class Callback:
    def __getattr__(self, name):
        return lambda learn: None


class Metrics(Callback):
    def before_epoch(self, learn):
        self.seen, self.right = 0, 0

    def after_batch(self, learn):
        if not learn.training:
            self.seen += len(learn.yb)
            self.right += (learn.preds.argmax(1) == learn.yb).sum().item()

    def after_epoch(self, learn):
        print(f"{learn.epoch}: accuracy {self.right / self.seen:.3f}")


class Learner:
    def __init__(self, model, dls, loss_func, lr, cbs):
        self.model, self.dls, self.loss_func, self.lr, self.cbs = model, dls, loss_func, lr, cbs

    def __call__(self, name):
        for cb in self.cbs:
            getattr(cb, name)(self)

    def one_batch(self):
        self.preds = self.model(self.xb)
        self.loss = self.loss_func(self.preds, self.yb)
        if self.training:
            self.loss.backward()
            self.opt.step()
            # keep: used.update({n: p.grad.clone() for n, p in self.model.named_parameters()}); sent.append(self.loss.item())
            self.opt.zero_grad()
        self("after_batch")

    def one_epoch(self, training):
        self.training = training
        for self.xb, self.yb in self.dls[0 if training else 1]:
            self.one_batch()

    def fit(self, n_epochs):
        self.opt = torch.optim.SGD(self.model.parameters(), self.lr)
        for self.epoch in range(n_epochs):
            # keep: global sent, used; sent, used = [], {}
            self("before_epoch")
            self.one_epoch(True)
            with torch.no_grad():
                self.one_epoch(False)
            self("after_epoch")
            # expect: loss=np.mean(sent), parameters=dict(self.model.named_parameters()), gradients=used


torch.manual_seed(2)
x = torch.randn(60, 3)
y = (x[:, 0] > x[:, 1]).long()
train_dl = list(zip(x[:48].split(12), y[:48].split(12)))
valid_dl = list(zip(x[48:].split(12), y[48:].split(12)))
net = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2))
learn = Learner(net, (train_dl, valid_dl), nn.functional.cross_entropy, 0.3, [Metrics()])
learn.fit(4)
