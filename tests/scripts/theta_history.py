# parameters: theta
import numpy as np


def cal_cost(theta, X, y):
    m = len(y)
    predictions = X.dot(theta)
    return (1 / (2 * m)) * np.sum(np.square(predictions - y))


def gradient_descent(X, y, theta, learning_rate=0.01, iterations=100):
    m = len(y)
    cost_history = np.zeros(iterations)
    theta_history = np.zeros((iterations, 2))
    for it in range(iterations):
        prediction = np.dot(X, theta)
        theta = theta - (1 / m) * learning_rate * (X.T.dot(prediction - y))
        theta_history[it, :] = theta.T
        cost_history[it] = cal_cost(theta, X, y)
        # expect: loss=cost_history[it], parameters={"theta": theta}
    return theta, cost_history, theta_history


np.random.seed(0)
X = 2 * np.random.rand(60, 1)
y = 4 + 3 * X + np.random.randn(60, 1)
theta = np.random.randn(2, 1)
X_b = np.c_[np.ones((len(X), 1)), X]
theta, cost_history, theta_history = gradient_descent(X_b, y, theta, 0.05, 80)
print(f"Theta0: {theta[0][0]:0.3f}, Theta1: {theta[1][0]:0.3f}")
print(f"Final cost: {cost_history[-1]:0.3f}")
