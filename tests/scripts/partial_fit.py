# parameters: model.coef_, model.intercept_
import numpy as np


class SGDClassifier:
    def __init__(self, n_features, eta0=0.1, alpha=1e-3):
        self.eta0, self.alpha = eta0, alpha
        self.coef_ = np.zeros(n_features)
        self.intercept_ = 0.0

    def decision_function(self, X):
        return X @ self.coef_ + self.intercept_

    def partial_fit(self, X, y):
        p = 1 / (1 + np.exp(-self.decision_function(X)))
        self.coef_ -= self.eta0 * (X.T @ (p - y) / len(y) + self.alpha * self.coef_)
        self.intercept_ -= self.eta0 * np.mean(p - y)
        return self

    def log_loss(self, X, y):
        p = 1 / (1 + np.exp(-self.decision_function(X)))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


rng = np.random.default_rng(18)
X = rng.normal(size=(80, 3))
y = (X @ [1.0, -1.0, 0.5] > 0).astype(int)
model = SGDClassifier(3)
for epoch in range(8):
    order = rng.permutation(60)
    for batch in np.array_split(order, 6):
        model.partial_fit(X[batch], y[batch])
    train_loss = model.log_loss(X[:60], y[:60])
    test_loss = model.log_loss(X[60:], y[60:])
    print(f"epoch {epoch}: {train_loss:.4f} {test_loss:.4f}")
    # expect: loss=train_loss, parameters={"model.coef_": model.coef_, "model.intercept_": model.intercept_}, metrics={"test_loss": test_loss}
