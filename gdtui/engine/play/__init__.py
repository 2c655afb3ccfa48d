"""Plays a run at a pace, on a thread of its own.

Each module builds on those before it:

    thrown      exceptions that one thread throws into another
    report      what a player tells its listener
    player      plays a timeline at a pace, without a thread or a clock of its own
    time_limit  runs a script for a limited time, whatever it does
    worker      a thread that owns a timeline and takes commands
"""
