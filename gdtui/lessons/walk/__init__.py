"""A learner's walk through a lesson.

Each module builds on those before it:

    plan        the runs of a lesson, and the place of each step in them
    scripts     the scripts of these runs, with the learner's changes
    navigation  takes a run to the place where a step is shown
    page        the current page of a lesson: text, question, feedback
    walk        what the page shows, and what follows from what the learner does
    progress    how far a learner has come: which lessons are finished, kept in a file
    bookmark    resumes a lesson where the learner left it
"""
