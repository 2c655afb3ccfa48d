import numpy as np


class Line:
    def __init__(self):
        self.w, self.b = 0.0, 0.0

    def gradients(self, x, y):
        error = self.w * x + self.b - y
        dw = 2 * np.mean(error * x)
        db = 2 * np.mean(error)
        return dw, db, np.mean(error ** 2)

    def fit(self, x, y, epochs):
        for epoch in range(epochs):
            dw, db, loss = self.gradients(x, y)  # fault
            if epoch % 20 == 0:
                print(epoch, loss)


x = np.linspace(0, 1, 20)
Line().fit(x, 2 * x + 1, 100)
