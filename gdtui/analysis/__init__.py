"""What the numbers of a run mean. NumPy only.

numerals     the one rule for numbers as text; numbers compared as float32 can
values       frozen values as numbers, and as text
envelope     a long series at a bounded length
linear       a linear model fitted to samples by their squared errors
recognition  recognising one, by what a run has computed
theory       gradient descent on a quadratic loss, in closed form
descent      the rule by which a run moves, read off its epochs
diagnosis    what is to be said of a run in a line
by_theory    the diagnosis of a linear model that follows a known rule
by_losses    that of a run of which no theory is known
by_origin    that of a run that came to a value which is not finite
reasons      why no theory is known of a run
standstill   the diagnosis of a run that does not move
study        what is known of one run so far; what follows rests on it
changes      which variables have changed, and since when
samples      what each sample adds to the loss and to the gradient
updates      how an update changed a parameter
formulas     the arithmetic of an epoch, with the numbers put in
facts        what an explanation rests on
explanation  what the statement that has just run did
trail        the way that the parameters have come
landscape    the loss over the parameters
"""
