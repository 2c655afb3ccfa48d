"""The terminal app. The only package that imports Textual.

app          wiring: the worker's reports to the panes, the learner's commands to the worker
link         the app's end of the line to the worker
commands     one table of commands that feeds keys, key bar, palette and help
situation    what can be done now
layout       which panes are in sight, at which size
edits        what the learner typed into the fields, checked
stepping     what the arrow keys do to a setting
curves       the recorded epochs, thinned for drawing
pictures     what the plots of a run show
picture      what is to be drawn, without a way to draw it
plotting     pictures as text; the only module that imports plotext
wording      numbers and states as text
messages     what panes tell the app
widgets/     a file for each pane
screens/     the main screen and the help
"""
