"""Reads a training script, without running it.

Each module builds on those before it:

    files           reading a text from a file, and from nothing that only looks like one
    notebook        the code cells of a notebook, read as one script
    syntax          small readings of a syntax tree
    literals        where the literals stand that a learner may change, and their names
    settings        the literals of a script that a learner may change
    class_settings  the optimizer and the loss, whose class a learner may change
    paths           paths to what a script keeps, such as model.w
    bindings        what a loop may do to the names of its script
    losses          what a training loop calls its loss, and what it sends back
    statements      what a single statement does, by its form and its names
    block           what a list of statements does to the variables of a script
    calls           what calls of the script's functions do to them
    sources         what a parameter is moved by, from its step to its gradient
    feedback        what learns from single samples without a loss
    flow            what a loop carries from turn to turn, by the flow of data
    metrics         which numbers a script computes once an epoch besides its loss
    loop            a training loop: what each of its statements does
    finding         which loop of a script is its training loop
    batches         mini-batches as a setting of a script that takes all samples at once
    branches        the statements that settings leave out
    script          a training script as text, parsed
    continuation    a script that goes on in another way from an epoch on
    needs           what a training loop needs and does not have
    names           what a training loop calls its samples, its prediction, its learning rate
    pipeline        who does what in a script, and which lines belong to a statement
"""
