"""A linear model fitted to samples by their squared errors.

Each module builds on those before it:

    problem      the model and its samples; its best parameters, loss and gradient
    recognition  finds such a problem in a script, and proves it by the recorded losses
    theory       gradient descent on a quadratic loss, in closed form
    descent      the update rule of a run, measured from its epochs
"""
