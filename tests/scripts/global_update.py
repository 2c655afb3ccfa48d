# parameters: weight, bias
hours = [1.0, 2.0, 3.0, 4.5, 6.0]
marks = [2.1, 3.9, 6.2, 8.8, 12.1]
weight = 0.5
bias = 0.0
rate = 0.02


def gradients():
    n = len(hours)
    dw = sum(2 * (weight * h + bias - m) * h for h, m in zip(hours, marks)) / n
    db = sum(2 * (weight * h + bias - m) for h, m in zip(hours, marks)) / n
    return dw, db


def update():
    global weight, bias
    dw, db = gradients()
    weight -= rate * dw
    bias -= rate * db
    # keep: globals().update(used=(dw, db))


def mean_squared_error():
    return sum((weight * h + bias - m) ** 2 for h, m in zip(hours, marks)) / len(hours)


round_number = 0
while mean_squared_error() > 0.05 and round_number < 60:
    update()
    round_number += 1
    mse = mean_squared_error()
    if round_number % 10 == 0:
        print(round_number, f"{mse:.5f}")
    # expect: loss=mse, parameters={"weight": weight, "bias": bias}, gradients={"weight": used[0], "bias": used[1]}
print(f"{weight:.3f} {bias:.3f}")
