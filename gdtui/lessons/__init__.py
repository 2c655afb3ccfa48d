"""The walkthrough: lessons that ask before they show, and a bug lab.

Each module builds on those before it:

    errors       what can go wrong with a lesson
    problems     what is wrong with a lesson's file
    origin       whose a lesson is
    expressions  expressions in a lesson's texts, filled in from the run
    edits        small edits of a script's text
    moves        where a lesson has the run go
    lesson       a lesson as data
    front        the front matter of a lesson
    sections     its headings, with what stands below each
    reading      reading a lesson from Markdown
    library      the lessons that come with gdtui
    plan         which runs a lesson goes through
    scripts      the scripts of these runs, with what the learner has changed in them
    scene        what a lesson can say of a run
    travel       taking a run to where a lesson wants it
    trial        trying a mended script
    task         what has to be done for a lesson to go on, and what came of it
    grading      what a learner answers, read and compared with what the run shows
    score        how the questions went
    page         what there is to show of a lesson
    walk         a learner's way through a lesson
    words        what a pane of the app shows, in words
    plain        a lesson without the app, line by line
    checking     what is wrong with a lesson's file, found by walking through it
    watching     the same in a process of its own, with a time limit
    progress     how far a learner has come, kept between runs
    bookmark     taking up a lesson where it was left
    texts        the lessons themselves
"""
