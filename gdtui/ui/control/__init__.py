"""What the app does, a class for each part. Each class of an app inherits from the one before it.

Each module builds on those before it:

    worker_link       commands to the worker, and its last report
    loaded_libraries  the libraries that scripts bring into the process
    lesson_guide      leads the learner through a lesson
    worker_app        the app with its scripts, its worker and what is shown of a run
    experiments       the app with changes of settings, and the way back
    rereading         the app with a script's file that is read again
    actions           the app with a method for each command
"""
