"""The walkthrough: lessons that ask before they show, and a bug lab.

errors       what can be wrong with a lesson
expressions  expressions in a lesson's texts, filled in from the run
edits        small edits of a script's text
moves        where a lesson has the run go
lesson       a lesson as data
reading      reading a lesson from Markdown
library      the lessons that come with gdtui
plan         which runs a lesson goes through
scene        what a lesson can say of a run
travel       taking a run to where a lesson wants it
trial        trying a mended script
grading      what a learner answers, read and compared with what the run shows
score        how the questions went
walk         a learner's way through a lesson
words        what a pane of the app shows, in words
plain        a lesson without the app, line by line
checking     what is wrong with a lesson's file, found by walking through it
progress     how far a learner has come, kept between runs
bookmark     taking up a lesson where it was left
texts/       the lessons themselves
"""
