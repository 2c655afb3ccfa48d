"""The commands, and when each is available.

Each module builds on those before it:

    app_state  what decides which keys are alive
    text_keys  which keys are text, and so no keys of commands
    command    what a command is
    table      one table of commands that feeds keys, key bar, palette and help
"""
