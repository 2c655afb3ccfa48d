"""A learner's own data, and the sets that come with gdtui.

Each module builds on those before it:

    csv_file  the columns of a CSV file, as numbers
    recorded  what was recorded of a run, by gdtui or another program
    samples   the inputs and the targets among them
    files     the sets that come with gdtui, as CSV
    sets      their names, and what each shows
    loading   a script with other samples in its text
"""
