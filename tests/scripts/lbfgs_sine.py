# parameters: net.0.weight, net.0.bias, net.2.weight, net.2.bias
import torch
import torch.nn as nn


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1)).double()

    def forward(self, t):
        return self.net(t)


def main():
    torch.manual_seed(0)
    t = torch.linspace(0, 3, 30, dtype=torch.float64).unsqueeze(1)
    target, test_target = torch.sin(2 * t), torch.sin(2 * (t + 0.05))
    seq = Wave()
    criterion = nn.MSELoss()
    optimizer = torch.optim.LBFGS(seq.parameters(), lr=0.8, max_iter=6)
    for i in range(5):
        print("STEP: ", i)
        # keep: sent = []

        def closure():
            optimizer.zero_grad()
            out = seq(t)
            loss = criterion(out, target)
            loss.backward()
            # keep: sent.append(loss.item())
            return loss

        optimizer.step(closure)
        with torch.no_grad():
            test_loss = criterion(seq(t + 0.05), test_target)
            print("test loss:", round(test_loss.item(), 5))
        # expect: loss=np.mean(sent), parameters=dict(seq.named_parameters()), metrics={"test_loss": test_loss}


main()
