"""Writes scripts and their runs in formats for other programs.

Each module builds on those before it:

    output_file    a file to be written: checked before the work, written whole after it
    plain_script   a script as a Python file
    notebook_file  a script as a Jupyter notebook
    jsonl          the recorded epochs as JSON objects, one for each epoch
    history_files  the recorded epochs as CSV or JSON lines
    printers       prints a run while it goes on
    page           a run as one HTML file that plays it without a server or a network
    formats        the formats of scripts and runs as files, and the text of a file of each
"""
