"""What the last statement did, in sentences, formulas and tables.

Each module builds on those before it:

    updates      how an optimizer changed one number, as formulas
    formulas     prediction, loss and gradient of a linear model, as formulas
    workings     a statement worked out, as formulas
    chains       the chain rule at an operation of an autograd graph, as formulas
    facts        the numbers of a moment and of the moments before it
    elements     how many numbers of a parameter are written out
    gradient_words  the gradients of a moment, as formulas and sentences
    update_words    the updates of a moment, as formulas and sentences
    explanation  puts them together into sentences, formulas and a table
"""
