"""Runs that are made to be set beside one another.

Each module builds on those before it:

    matching       which parameters of two runs belong together
    differences    the first statement at which two runs differ
    comparison     several runs beside one another, in this process
    grid           the values that settings take in a sweep
    job            one run of a script, in whatever process: what it takes, and what comes of it
    outcome_marks  how runs have behaved, in a word and as a symbol
    remaining      how far many runs have come, in words
    elsewhere      a function in a process of its own, while the app goes on
    run_file       a run made to be written into a file, in whatever process
    side_by_side   two runs aligned statement by statement
    pool           runs in other processes
    fixed_course   whether a script goes the same way whatever its numbers are
    linear_sweep   many runs of a linear model computed at once
    theory         which learning rates are stable by theory
    rate_finder    a learning rate, found in one run in which the rate grows
    results_file   the results of a sweep in a file that grows as they come
    sweep          one script with many values of its settings
    sweep_process  a sweep in a process of its own
    seeds          one script with many seeds
    proof          mends of findings, tried by running the script with them
    inspection     what is wrong with a script, and what its loss is like around its parameters
    curvature_process  the curvature over the epochs, found in a process of its own
    condition      a condition over the names of a run
    first_moment   the first moment of a run at which a condition holds
    departure      the first statement at which a quantity leaves what it is in another run
    breakpoint     a condition that pauses a run
    planted_bugs   bugs planted into a script, each with an effect
"""
