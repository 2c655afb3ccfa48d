"""Compiles a script so that it reports to the engine.

Each module builds on those before it:

    probe          what an instrumented script calls
    probe_calls    the calls of the probe, as parts of a syntax tree
    instrumenting  the probe's calls between the statements of a training loop
    reports        the probe's calls for imports and for what functions do
    copied         a copy of the syntax tree, instrumented and compiled
    observing      calls for an observer between all statements of a script
    rest           what enters a loop between two epochs and runs on to the end
    program        the script compiled so that it reports after every statement
"""
