# parameters: parameters['W1'], parameters['b1'], parameters['W2'], parameters['b2'], parameters['W3'], parameters['b3']
import numpy as np

np.random.seed(1)


def initialize_parameters(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.5
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def forward(X, parameters):
    caches, A = [], X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        Z = parameters["W" + str(l)] @ A_prev + parameters["b" + str(l)]
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
        caches.append((A_prev, Z))
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return float(np.squeeze(-(Y @ np.log(AL).T + (1 - Y) @ np.log(1 - AL).T) / m))


def backward(AL, Y, caches, parameters):
    grads, m = {}, Y.shape[1]
    dZ = AL - Y
    for l in reversed(range(1, len(caches) + 1)):
        A_prev, _ = caches[l - 1]
        grads["dW" + str(l)] = dZ @ A_prev.T / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dZ = (parameters["W" + str(l)].T @ dZ) * (caches[l - 2][1] > 0)
    return grads


def update_parameters(parameters, grads, learning_rate):
    parameters = parameters.copy()
    for l in range(len(parameters) // 2):
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return parameters


def model(X, Y, layers_dims, learning_rate=0.3, num_iterations=25):
    parameters = initialize_parameters(layers_dims)
    for i in range(0, num_iterations):
        AL, caches = forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = backward(AL, Y, caches, parameters)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 5 == 0 or i == num_iterations - 1:
            print("Cost after iteration {}: {}".format(i, cost))
        # expect: loss=cost, parameters={f"parameters[{k!r}]": v for k, v in parameters.items()},
        #     gradients={f"parameters[{k!r}]": grads["d" + k] for k in parameters}
    return parameters


X = np.random.randn(2, 40)
Y = (X[:1] ** 2 + X[1:] ** 2 < 1.2).astype(float)
model(X, Y, [2, 5, 3, 1])
