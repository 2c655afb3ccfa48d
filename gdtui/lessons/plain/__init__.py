"""A walk without the app.

Each module builds on those before it:

    pane_text   what a pane of the app shows, as text
    plain_walk  leads through a lesson on standard input and output
"""
