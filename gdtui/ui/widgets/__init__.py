"""The lines around the panes, and what several panes are made of.

The lines around the panes:

    header      the line at the top: which script, and where it is
    stages      the line of scripts to choose from
    pipeline    the strip that shows who does which part of the training loop
    tabs        the names of the pages on screens too small for all panes at once
    news        the line that says what has become of the script's file
    diagnosis   the line with the diagnosis of the run
    slider      the slider over the epochs
    keybar      the line at the bottom: the keys that do something now
    search_bar  the line to search in

What several panes are made of:

    lines       a pane of lines that can be scrolled
    fields      a line to type into, and a row that holds one
"""
