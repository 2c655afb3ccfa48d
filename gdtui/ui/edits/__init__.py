"""The learner's changes: settings, the stop rule, the script's file.

Each module builds on those before it:

    recent_files   the files that were opened last
    undo           the changes so far, and the way back
    checked_edits  the texts of the fields, checked against the script
    stepping       what the arrow keys do to a setting
    watched_file   the script's file, looked at for changes
"""
