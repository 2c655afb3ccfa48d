"""Writes a run in forms that other programs read.

Two modules, independent of each other:

    jsonl     the recorded epochs as JSON objects, one for each epoch
    printers  prints a run while it goes on
"""
