# parameters: W, b
import numpy as np

rng = np.random.default_rng(14)
N, D, K = 90, 2, 3
centers = np.array([[0, 2], [2, -1], [-2, -1]])
labels = np.repeat(np.arange(K), N // K)
X = centers[labels] + rng.normal(scale=0.8, size=(N, D))
Y = np.eye(K)[labels]
W = 0.01 * rng.normal(size=(D, K))
b = np.zeros(K)
step_size, reg, batch_size = 0.2, 1e-3, 32


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for epoch in range(6):
    perm = rng.permutation(N)
    batch_losses = []
    for start in range(0, N, batch_size):
        idx = perm[start : start + batch_size]
        xb, yb = X[idx], Y[idx]
        probs = softmax(xb @ W + b)
        data_loss = -np.mean(np.sum(yb * np.log(probs), axis=1))
        reg_loss = 0.5 * reg * np.sum(W * W)
        loss = data_loss + reg_loss
        batch_losses.append(loss)
        dscores = (probs - yb) / len(idx)
        dW = xb.T @ dscores + reg * W
        db = dscores.sum(axis=0)
        W -= step_size * dW
        b -= step_size * db
    train_acc = np.mean(np.argmax(X @ W + b, axis=1) == labels)
    print(f"epoch {epoch}: loss {np.mean(batch_losses):.4f}, accuracy {train_acc:.3f}")
    # expect: loss=np.mean(batch_losses), parameters={"W": W, "b": b}, gradients={"W": dW, "b": db}, metrics={"train_acc": train_acc}
