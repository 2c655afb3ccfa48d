"""The plots: what they show, and how that becomes text.

Each module builds on those before it:

    picture           what a plot consists of: curves, marks, levels and axes, not how to draw it
    axes              an axis: its scale, places on it, its ticks
    polylines         curves as lines: thinned, dashed; marks that can be told apart
    scene             the parts of a picture on their axes, ready to be drawn at any size
    heatmap           the background of a picture: shades, lines of equal value, the scale
    plotting          a picture as text; the only module that imports plotext
    run_curves        the recorded epochs of a run, thinned as they come in
    parameter_curves  which of them show the parameters
    read_out          what the cursor reads out
    ghost             the run before the last change, drawn behind the present one
    run_titles        the titles of the plots over the epochs
    pins              pinned runs, drawn behind the present one
    runs_behind       both of these, as they are drawn behind one run
    fit_plots         the plots of the fit
    landscape_plots   the plots of the loss over the parameters: the landscape, and slices
    axis_choices      the numbers of a model that a slice can be drawn along
    curvature_plot    the plot of the largest curvature over the epochs
    sweep_plots       the plots of a sweep
    run_plots         all plots of one run

plotext draws: it finds the braille dots of a line, merges those of several in a cell, lays signal
over signal, and sets axes, frames, tick labels, names and colours. What stands around it does what
plotext 6 lacks or cannot bear:

**picture** lets the plots of a run be made, compared and tested without plotext. The import of
plotext takes a third of the time of the first screen, so it waits for the first drawing.

**axes**: the ticks of plotext divide an axis evenly, whatever its ends are. A reader wants round
numbers, at both ends, and whole epochs. plotext also never tells where a value has been drawn, but
the mouse has to be told what it points at.

**polylines**: plotext takes points one by one, and follows each line dot by dot. So a drawing of a
million epochs would take seconds, and a path that swings across the picture a tenth of one; a curve
is thinned to what can be seen of it. plotext knows no dashed lines either. Its dotted lines are
level or upright, and where two of them meet, or one meets a solid one, it draws a cross.

**scene**: a NaN ends the process in plotext's native code, an infinity raises, and a value far
outside an axis freezes it. So numbers are made finite and put between the ends of the axes, as
fractions, before they go there. The axes are fitted here too: a single value gets some room, and
points beyond fixed limits are left out.

**heatmap**: the heat map of plotext has one colour a cell, and takes a call into its library for
each of them. NumPy finds two shades a cell and lines of equal value in braille for all cells at
once; characters keep their contrast with the shade behind them.

**plotting** hands all of it to plotext. The width of the labels is counted there, for dashes and
shades must know the cells inside the axes before plotext has drawn them.
"""
