"""Runs that are made to be set beside one another.

Each module builds on those before it:

    matching     which parameters of two runs belong together
    differences  the first statement at which two runs differ
    comparison   several runs beside one another
"""
