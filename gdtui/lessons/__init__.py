"""The walkthrough: lessons that ask before they show, and a bug lab.

Each room builds on those before it, and its ``__init__`` lists its modules:

    kinds        the kinds of questions, one class each
    format       a lesson as data, read from Markdown
    walk         a learner's walk through a lesson, and how far they have come
    plain        a walk without the app, line by line
    check        finds the problems in a lesson's file
    texts        the lessons themselves

All rooms share:

    errors       what can be wrong with a lesson
    problems     a problem in a lesson's file, with its line
    expressions  expressions in a lesson's texts, filled in from the run
    edits        small edits of a script's text
    snapshot     a run at one moment, with the names that expressions may use
    score        the results of the questions
"""
