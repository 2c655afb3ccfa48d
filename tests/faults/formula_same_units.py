import numpy as np


class Softmax:
    def __init__(self, inputs, classes):
        self.W = np.zeros((inputs, classes))
        self.b = np.zeros(classes)

    def forward(self, X):
        z = X @ self.W + self.b
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def step(self, X, Y, lr):
        P = self.forward(X)
        loss = -np.mean(np.sum(Y * np.log(P + 1e-12), axis=1))
        dW = X.T @ P / len(X)  # fault
        db = np.mean(P - Y, axis=0)
        self.W -= lr * dW
        self.b -= lr * db
        return loss


rng = np.random.default_rng(222)
labels = np.arange(60) % 3
X = rng.normal(0, 0.5, (60, 2)) + np.array([[1, 1], [-1, 1], [0, -1]])[labels]
Y = np.eye(3)[labels]
model = Softmax(2, 3)
for epoch in range(150):
    loss = model.step(X, Y, 0.5)
    if epoch % 30 == 0:
        print(epoch, loss)
print("loss", loss)
