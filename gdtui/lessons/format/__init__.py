"""A lesson as data, read from Markdown.

Each module builds on those before it:

    origin        whether a lesson comes with gdtui
    moves         the moves that a lesson makes in a run
    lesson        a lesson, its steps and its questions
    front_matter  the YAML above the first step
    sections      the headings of a lesson, with the text below each
    parser        Markdown to a lesson
    library       the lessons that come with gdtui
"""
