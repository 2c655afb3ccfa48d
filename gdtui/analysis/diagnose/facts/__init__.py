"""What happens in a run, written down for the rules.

Each module builds on those before it:

    events        the kinds of events
    slope         the gradient of one parameter, by the script and by differences
    tensors       what a watcher asks tensors
    log           the events in their order, as far as there is room
    torch_watch   what a script does with torch
    watcher       its statements as well
    shifter       moves parameters in one turn of the loop
    holding       what statements hold of parameters and read of names
    facts         what is known of a run, and what can be asked
    places        the lines that have computed what statements hold
    slopes        the slopes of a loss, by running the script with other parameters
    repeating     whether gradients depend on the parameters alone
    batch_slopes  those of the loss of a batch
"""
