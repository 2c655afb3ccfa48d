# parameters: coef[0], coef[1], coef[2]
from math import exp


def predict(row, coefficients):
    yhat = coefficients[0]
    for i in range(len(row) - 1):
        yhat += coefficients[i + 1] * row[i]
    return 1.0 / (1.0 + exp(-yhat))


def coefficients_sgd(train, l_rate, n_epoch):
    coef = [0.0 for i in range(len(train[0]))]
    for epoch in range(n_epoch):
        sum_error = 0
        for row in train:
            yhat = predict(row, coef)
            error = row[-1] - yhat
            sum_error += error**2
            coef[0] = coef[0] + l_rate * error * yhat * (1.0 - yhat)
            for i in range(len(row) - 1):
                coef[i + 1] = coef[i + 1] + l_rate * error * yhat * (1.0 - yhat) * row[i]
        print(">epoch=%d, lrate=%.3f, error=%.3f" % (epoch, l_rate, sum_error))
        # expect: loss=sum_error, parameters={f"coef[{i}]": c for i, c in enumerate(coef)}
    return coef


dataset = [
    [1.2, 3.1, 0], [0.4, 2.2, 0], [2.0, 4.5, 0], [1.1, 1.9, 0],
    [6.3, 2.0, 1], [5.1, 1.2, 1], [7.7, 0.6, 1], [8.4, 3.3, 1],
]
coef = coefficients_sgd(dataset, 0.3, 20)
print([round(c, 3) for c in coef])
