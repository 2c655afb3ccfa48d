"""The largest curvature of the loss over the epochs of a run, beside the limit of its updates.

Each module builds on those before it:

    curve        the curvature at some epochs, in numbers and in sentences
    refining     the epochs to look at: more where the curvature changes
    measuring    the learning rate of an update, measured from its step
    differences  the curvature from differences of the gradients of a script by hand
    tracing      the curvature of a script, epoch by epoch
"""
