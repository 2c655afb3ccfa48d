"""The plots: what they show, and how that becomes text.

Each module builds on those before it:

    picture     what a plot consists of: curves, marks, levels and axes, without a way to draw them
    axes        scales of an axis, places on it, ticks
    polylines   curves as lines: thinned, cut off, dashed
    clipping    what is shown of a picture, and on which axes
    heatmap     the background of a picture: values as colours
    plotting    a picture as text; the only module that imports plotext
    run_curves  the recorded epochs of a run, thinned as they come in
    parameter_curves  which of them show the parameters
    read_out    what the cursor reads out
    ghost       the run before the last change, drawn behind the present one
    fit_plots   the plots of the fit and of the landscape
    run_plots   all plots of one run
"""
