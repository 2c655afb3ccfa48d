"""Writes a run in formats for other programs.

Two modules, independent of each other:

    jsonl     the recorded epochs as JSON objects, one for each epoch
    printers  prints a run while it goes on
"""
