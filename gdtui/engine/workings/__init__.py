"""Works a statement out once more, part by part, without running it a second time.

Each module builds on those before it:

    working      what the parts of a statement have come to, frozen
    bits         values compared to the last bit, and copied
    local_rules  what each operation of torch does to a gradient that goes back through it
    chain        the chain rule at each operation of an autograd graph
    known        which functions, methods and layers are known to change nothing
    reading      attributes and entries of values, read without running code of the script
    calling      calls of what is known, and of the script's own functions
    expressions  works out expressions
    evaluator    works out the bodies of the script's functions as well
    kept         what a statement may overwrite, kept from before it
    again        the statement that ran last, worked out and compared with what the run has
"""
