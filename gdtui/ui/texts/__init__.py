"""Texts for the screen.

Each module builds on those before it:

    wording           numbers and states as text
    wrapped_lines     long lines of code wrapped to a width
    aligned           tables as lines of text
    hits              what a searched text matches, and how that is marked
    named_lines       the lines of the script that a lesson names
    graph_text        an autograd graph as lines of text
    explanation_text  an explanation as lines of text
"""
