"""The panes of the main screen, a file for each, and the parts that only one pane has.

Each module builds on those before it:

    code         the script's text, with the place where the run is
    numbers      the arithmetic of the statement that has just run
    variables    the script's variables, and which of them have changed
    graph        the autograd graph of the moment
    transcript   what the script printed
    plot         a plot
    views        several panes that take turns
    stop_rule    the fields for the rule that stops a run
    settings     the settings of the script and of the run
    lesson_text  the text of a lesson's page, and the keys below it
    answers      the places for the answer to a lesson's question
    lesson_page  a page of a lesson: text, question, answer
    lesson       the pane of a lesson
"""
