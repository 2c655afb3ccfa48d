"""The commands, and when each is available.

Each module builds on those before it:

    app_state        what decides which keys are alive
    text_keys        which keys are text, and so no keys of commands
    command          what a command is
    run_commands     the commands that run the script, and that go back in time
    try_commands     those that try something else: settings, text, data, another run
    look_commands    those that choose what is in sight
    app_commands     those of the app itself
    lesson_commands  those of a lesson
    table            one table of all commands that feeds keys, key bar, palette and help
"""
