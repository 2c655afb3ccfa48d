"""Runs a script, pauses it, and goes back in it.

Each module builds on those before it:

    status     what state a run is in
    stack      a stack of its own for a script
    scope      the names that a training loop sees
    lengths    how many turns a loop will have, read off what it goes through
    ahead      how many epochs the loops behind the present one will have
    printout   what a running script writes, cut into lines of one epoch each
    frames     the functions on the way to a training loop, to be entered again
    opened     functions that report their statements while somebody steps through them
    observer   who hears of every statement of a run
    totals     how many epochs a run will have
    steps      the statements of an epoch that have run, and where to pause
    execution  a running script that can be paused and resumed
    rewinding  takes a running script back, by way of checkpoints
    present    the values of a pause, frozen one by one
    moment     one frozen pause, safe to hand to another thread
    freezing   the present moment, frozen once for all who look at it
    rates      the learning rate of a paused script, read and changed
    moving     the parameters of a paused script, moved in place
    timeline   where we are in time: step, step back, seek
"""
