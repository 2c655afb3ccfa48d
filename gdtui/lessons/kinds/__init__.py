"""The kinds of questions. A kind is one class: it parses, reads, grades and explains answers.

A new kind is a new module here, a line in ``table`` and a row in ``docs/lessons.md``. Each module
builds on those before it:

    source      the part of a lesson's file that describes one question
    kind        what every kind can do
    options     what all kinds have in common that offer answers to choose from
    number      a number, within a tolerance
    sign        positive, negative or zero
    change      whether a number rises, falls or stays the same
    choice      one of the answers that a lesson lists
    line        the number of a line
    mend_check  runs a mended script, and compares it with the one without the bug
    bug         the line of a bug, or a mend of it
    table       all kinds by their names
"""
