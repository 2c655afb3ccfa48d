# parameters: w, b
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    return np.zeros((dim, 1)), 0.0


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * np.dot(X, (A - Y).T)
    db = 1 / m * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost


def optimize(w, b, X, Y, num_iterations, learning_rate, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        dw = grads["dw"]
        db = grads["db"]
        w = w - learning_rate * dw
        b = b - learning_rate * db
        if i % 10 == 0:
            costs.append(cost)
            if print_cost:
                print("Cost after iteration %i: %f" % (i, cost))
        # expect: loss=cost, parameters={"w": w, "b": b}, gradients={"w": dw, "b": db}
    return {"w": w, "b": b}, {"dw": dw, "db": db}, costs


rng = np.random.default_rng(0)
X_train = rng.normal(size=(4, 30))
Y_train = (X_train[:1] + 0.5 * X_train[1:2] > 0).astype(float)
w, b = initialize_with_zeros(X_train.shape[0])
params, grads, costs = optimize(w, b, X_train, Y_train, num_iterations=50, learning_rate=0.5, print_cost=True)
prediction = sigmoid(params["w"].T @ X_train + params["b"]) > 0.5
print(f"train accuracy: {100 - np.mean(np.abs(prediction - Y_train)) * 100} %")
