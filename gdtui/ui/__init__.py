"""The terminal app. The only package that imports Textual.

app          wiring: the worker's reports to the panes, the learner's commands to the worker
actions      what each command does
rereading    the script's file, read again
experiments  what the learner tries, and the way back
link         the app's end of the line to the worker
terminal     the terminal: given back however the app ends
leaving      screens and panes that are being taken away while keys are on their way
libraries    what scripts bring into the process
typed        which keys are text
command      what a command is
commands     one table of commands that feeds keys, key bar, palette and help
situation    what can be done now
layout       which panes are in sight, at which size
watched      the script's file, looked at for changes
undo         what the learner has changed, and the way back
named        the lines of the script that a lesson names
edits        what the learner typed into the fields, checked
stepping     what the arrow keys do to a setting
explained    an explanation as lines of text
rails        an autograd graph as lines of text
curves       the recorded epochs, thinned for drawing
pictures     what the plots of a run show
scenes       what its fit and its landscape look like
picture      what is to be drawn, without a way to draw it
plotting     pictures as text; the only module that imports plotext
visible      what is shown of a picture, and on which axes
axes         scales of a picture, places on them, ticks
strokes      curves as lines: thinned, cut off, dashed
heat         the background of a picture
wording      numbers and states as text
messages     what panes tell the app
widgets/     a file for each pane, and the parts they are made of
screens/     the main screen, its plots, and the help
"""
