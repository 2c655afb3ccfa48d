"""Finds the problems in a lesson's file.

Each module builds on those before it:

    lesson_check   reads the file, and walks through the lesson once
    check_process  does this in a process of its own, with a time limit
"""
