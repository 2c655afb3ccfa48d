"""Reads a running script: its losses, parameters, gradients, metrics and variables.

Each module builds on those before it:

    own_objects  objects of the script's own classes, such as dataclasses, and their attributes
    quantities   numbers, arrays and tensors of a running script, read as plain numbers
    history      the recorded numbers, one row for each epoch
    nonfinite    where the first value came from that is not finite
    stopping     when a run stops although its script would go on
    reading      many of them read at once, quickly
    walking      going through what a script holds, for what may learn
    parameters   finding the parameters and the loss in a running script
    hooks        the optimizers of torch report that they are about to update
    slots        the recorded gradients of the parameters, and how each is read
    gradients    the gradients that the updates of an epoch use
    recording    writing a row of the history for each epoch
    transcript   what the script printed, and wrote to standard error
    parts        the numbers of arrays and tensors of any layout, read in parts
    summary      large arrays and tensors told in a few numbers
    freezing     values copied so that another thread may have them
    variables    the script's names and what they hold, with a text to show
    graph        the autograd graph behind a tensor
    optimizers   what the script's optimizers keep for each parameter
"""
