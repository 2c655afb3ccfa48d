"""Runs a training script one statement at a time.

Each room builds on those before it, and its ``__init__`` says what stands in it:

    script       reads a training script, without running it
    program      compiles it so that it reports after every statement
    state        what a run owns of the process and of its own names, to copy and restore
    record       reads the running script: losses, parameters, gradients, metrics, variables
    workings     works a statement out once more, without running it a second time
    run          runs it, pauses it, and goes back in it
    play         plays a run at a pace, on a thread of its own

All rooms share:

    errors       what can be wrong with a script or a setting
    parsing      one thread at a time makes syntax trees
    printable    text from outside, made safe to show
    arrays       types of arrays, for annotations
    kinds        of what kind a value is, without asking the value
    libraries    imports what scripts import, on a thread that nothing interrupts
"""
