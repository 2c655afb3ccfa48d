"""The terminal app. The only package that imports Textual.

app          wiring: the worker's reports to the panes, the learner's link         its end of the line to the worker
app          wiring: the worker's reports to the panes, the learner's commands to the worker
commands     one table of commands that feeds keys, key bar, palette and help
situation    what can be done now
edits        what the learner typed into the fields, checked
stepping     what the arrow keys do to a setting
curves       the recorded epochs, thinned for drawing
wording      numbers and states as text
plotting     pictures as text; the only module that imports plotext
messages     what panes tell the app
widgets/     a file for each pane
screens/     the main screen and the help
"""
