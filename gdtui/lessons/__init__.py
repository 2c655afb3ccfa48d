"""The walkthrough: lessons that ask before they show, and a bug lab.

Each module builds on those before it:

    errors         what can be wrong with a lesson
    origin         whether a lesson comes with gdtui
    problems       a problem in a lesson's file, with its line
    expressions    expressions in a lesson's texts, filled in from the run
    edits          small edits of a script's text
    moves          the moves that a lesson makes in a run
    lesson         a lesson as data
    front_matter   the YAML above the first step
    sections       the headings of a lesson, with the text below each
    reading        Markdown to a lesson
    library        the lessons that come with gdtui
    plan           the runs of a lesson, and the place of each step in them
    score          the results of the questions
    snapshot       a run at one moment, with the names that expressions may use
    mend_check     runs a mended script, and compares it with the one without the bug
    navigation     takes a run to the place where a step is shown
    page           the current page of a lesson: text, question, feedback
    scripts        the scripts of a lesson's runs, with the learner's changes
    grading        reads an answer, and grades it
    walk           one learner's walk through one lesson
    progress       how far a learner has come, kept in a file
    bookmark       resumes a lesson where the learner left it
    pane_text      what a pane of the app shows, as text
    plain          a lesson without the app, line by line
    lesson_check   finds the problems in a lesson's file by walking through it
    check_process  the same in a process of its own, with a time limit
    texts          the lessons themselves
"""
