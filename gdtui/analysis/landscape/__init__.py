"""The loss over the parameters: of a linear or logistic model by its formula, of any other by a
slice.

Each module builds on those before it:

    parameter_path   the parameters of a run over its epochs, in bounded memory
    landscape        the loss over one or two parameters, with that path and the next step
    loss_slice       the loss of any model around its parameters, in two directions
    parameter_slice  the loss of any model over two of its numbers, with the path of the run
"""
