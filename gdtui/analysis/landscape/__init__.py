"""The loss over the parameters of a linear or logistic model.

Each module builds on those before it:

    parameter_path  the parameters of a run over its epochs, in bounded memory
    landscape       the loss over one or two parameters, with that path and the next step
"""
