"""The screens.

Each module builds on those before it:

    layouts        which panes are in sight, at which size of the terminal
    pane_layout    a screen that shows its panes as a layout says
    plot_panes     draws the plots of the screen, with the cursor that they share
    search         a search through the panes of the main screen
    main_panes     the main screen: its panes, and where they stand
    main_plots     its plots, their cursor, and what the panes say of the moment
    main_search    its search
    main_lesson    a lesson on it
    main           all of it, with a run and the keys
    choice_list    a screen with a list to choose from
    axes_choice    the numbers to choose from for a slice through the loss
    curve_choice   the parameters to choose from where a net has too many for a curve each
    editor         the script's text in an editor
    lesson_choice  the lessons to choose from
    agreement      asks before code from a session runs
    side_by_side   two scripts beside one another, stepped together
    findings       what is wrong with the script, with a mend to take over
    take_home      the formats of files to take home
    condition      a condition to go to, or to pause at
    save           the name of a file to write
    sweep_setup    what a sweep is to try
    sweep          a sweep, as its runs come
    file_choice    a file to choose from the folders
    data_choice    the sets of samples to choose from
    data_preview   a data file before it is used
    pins           the table of pinned runs
    help           all keys on one page
"""
