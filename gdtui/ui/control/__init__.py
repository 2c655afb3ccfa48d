"""What the app does. The class in each module from ``worker_app`` on inherits from the one before.

Each module builds on those before it:

    worker_link       commands to the worker, and its last report
    loaded_libraries  the libraries that scripts have imported into the process
    lesson_guide      leads the learner through a lesson
    worker_app        the app with its scripts, its worker and the current run
    experiments       the app with changes of settings, undo and redo
    rereading         the app that reads a changed script again
    editing           the app that edits the script
    pinning           the app that keeps pinned runs
    own_data          the app that takes other samples
    opening           the app that opens other scripts
    session_file      a session as a file
    sessions          the app that keeps sessions
    comparing         the app that compares scripts side by side
    taking_home       the app that writes files to take home
    sweeping          the app that tries many values of settings
    branching         the app that lets a run go on in another way
    inspecting        the app that says what is wrong with a script
    surveying         the app that draws slices through the loss, and its curvature
    conditions        the app that goes to the first moment of a condition, or pauses there
    actions           the app with an action for each command
"""
