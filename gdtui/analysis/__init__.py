"""What the numbers of a run mean. NumPy only.

Each room builds on those before it, and its ``__init__`` lists its modules:

    linear          a linear model fitted by squared errors: recognised, and solved in closed form
    logistic        logistic regression: recognised, with its curvature and its minimum
    diagnose        how a run behaves, and why; and what is wrong with a script, in which line
    landscape       the loss over the parameters, and the path of the run in it
    curvature       the largest curvature of the loss over the epochs, beside the limit
    explain         what the last statement did, in sentences and formulas

All rooms share:

    affine          what linear and logistic models share: samples, parameters, x @ weight + bias
    error_measures  what a sample loses by its error: its square, its size, or Huber's mix
    expression_error  what is wrong with an expression
    expressions     expressions over the names of a run, which cannot change it
    numerals        the one rule for numbers as text; numbers compared within float32 rounding
    summaries       large arrays as text: norm, mean, range, where most numbers lie
    values          frozen values of a script as numbers, and as text
    downsampling    a growing series in bounded memory, with its peaks
    changes         which variables changed, and when
    study           what is known of one run so far; explain and landscape start here
    samples         what each sample adds to the loss and to the gradient
    class_losses    what each sample adds to a cross-entropy, of any model
"""
