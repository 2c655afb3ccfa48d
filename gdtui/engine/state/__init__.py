"""What a run owns: of the process, and of its own names. It is entered, left, copied and restored.

Each module builds on those before it:

    generators  the random number generators of a process
    holdings    the table of what a process holds that a run owns
    traces      what a run leaves behind in libraries
    memory      how much memory the checkpoints take, and how much they may: the limit
    world       what one run owns of the process, entered and left
    streams     what stands in for the standard streams
    failure     how a script ended
    host        what Python gives to a script that it runs
    copying     deep copies of a script's state that go on as the original would
    checkpoint  copies of a running script's state, to go back to
"""
