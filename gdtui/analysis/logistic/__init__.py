"""Logistic regression: a model ``sigmoid(x @ weight + bias)`` fitted by binary cross-entropy.

Each module builds on those before it:

    problem      the model and its samples; its loss, gradient, curvatures and minimum
    recognition  finds such a problem in a script, and proves it by the recorded losses
"""
