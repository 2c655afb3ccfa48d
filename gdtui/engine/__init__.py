"""Runs a training script one statement at a time.

From the text to the learner, each module builds on those before it:

    errors       what can be wrong with a script or a setting
    printable    text from outside, made safe to show
    files        reading a text from a file, and from nothing that only looks like one
    libraries    imports what scripts import, on a thread that nothing interrupts
    kinds        of what kind a value is, without asking the value
    settings     the literals of a script that a learner may change
    notebook     the code cells of a notebook, read as one script
    syntax       small readings of a syntax tree
    bindings     what a loop may do to the names of its script
    statements   what a single statement does, by its form and its names
    loop         a training loop: what each of its statements does
    finding      which loop of a script is its training loop
    script       a training script as text, parsed
    needs        what a training loop needs and does not have
    pipeline     who does what in a script, and which lines belong to a statement
    lengths      how many turns a loop will have, read off what it goes through
    ahead        how many epochs the loops behind the present one will have
    names        what a training loop calls its samples, its prediction, its learning rate
    generators   the random number generators of a process
    holdings     the table of what a process holds that a run owns
    traces       what a run leaves behind in libraries
    sizes        how much memory copies take, and how much they may
    world        what one run owns of the process, entered and left
    streams      what stands in for the standard streams
    failure      how a script ended
    host         what Python gives to a script that it runs
    probe        what an instrumented script calls
    program      the script compiled so that it reports after every statement
    history      the recorded numbers, one row for each epoch
    transcript   what the script printed, and wrote to standard error
    printout     what a running script writes, cut into lines of one epoch each
    quantities   numbers, arrays and tensors of a running script, read as plain numbers
    nonfinite    where the first value came from that is not finite
    stopping     when a run stops although its script would go on
    reading      many of them read at once, quickly
    walking      going through what a script holds, for what may learn
    parameters   finding the parameters and the loss in a running script
    hooks        the optimizers of torch report that they are about to update
    gradients    the gradients that the updates of an epoch use
    recording    writing a row of the history for each epoch
    freezing     values copied so that another thread may have them
    variables    the script's names and what they hold, with a text to show
    copying      deep copies of a script's state that go on as the original would
    graph        the autograd graph behind a tensor
    optimizers   what the script's optimizers keep for each parameter
    checkpoint   copies of a running script's state, to go back to
    stack        a stack of its own for a script
    execution    a running script that can be paused and resumed
    moment       one frozen pause, safe to hand to another thread
    timeline     where we are in time: step, step back, seek
    report       what a player tells its listener
    player       plays a timeline at a pace, without a thread or a clock of its own
    worker       a thread that owns a timeline and takes commands
"""
