"""How a run behaves, and why; and what is wrong with a script.

Each module builds on those before it:

    diagnosis    a verdict, a line, a text and the numbers behind them
    from_theory  the diagnosis of a linear model with a known update rule: exact
    from_curvature  the diagnosis of logistic regression: its course, and the curvature here
    from_losses  the diagnosis of any other run, from its recorded losses
    nonfinite    the diagnosis of a run with a value that is not finite: where it first appeared
    standstill   the diagnosis of a run whose parameters do not move
    stalled      why the loss of a run without a theory stays where it is
    no_theory    why theory does not apply to a run
    hessian      the largest curvature of the loss of a script that PyTorch differentiates
    finding      what is wrong with a script: a line, a cause, and what would mend it
    facts        what happens in a run, written down
    examination  a script run once more, to write that down
    mending      small changes of a script's text
    trial        the losses of a script that runs once more with one thing changed
    rules        each asks one question of the facts
    findings     all findings of a run, the likeliest first
"""
