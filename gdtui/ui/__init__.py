"""The terminal app. The only package that imports Textual.

Each room builds on those before it, and its ``__init__`` lists its modules:

    texts          what the screen says in words
    edits          what the learner changes: settings, the stop rule, the script's file
    plots          the plots: what they show, and how that becomes text
    commands       one table of commands, and when each can be given
    widgets        the lines around the panes, and what several panes are made of
    panes          the panes, a file for each
    screens        the main screen, where its panes stand, the help, the lists to choose from
    control        what the app does: runs, changes, lessons, actions

All rooms share:

    terminal       the terminal: given back however the app ends
    late_messages  screens and panes that are being taken away while keys are on their way
    messages       what panes tell the app
    themes         the colours: two themes, readable ones in any, and the one chosen last
    plot_pictures  pictures of single plots as SVG, without a terminal

Above all of them:

    app            the app: from its first screen to its end
    pictures       pictures of its screen as SVG, without a terminal
"""
