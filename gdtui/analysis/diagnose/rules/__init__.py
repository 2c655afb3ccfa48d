"""The rules: each asks one question of the facts of a run, and says nothing unless it is sure.

A rule is a module with a function ``find``, which takes the facts and gives findings. The table
:data:`RULES` has them in the order of their findings:

    rebound_parameter  is a parameter after its update still the leaf that it was
    lost_graph         does the loss have a graph to the parameters
    recorded_update    is a parameter updated while autograd records
    used_graph         is the graph made anew for every update
    whole_numbers      are there whole numbers where floats are needed
    spread_difference  are predictions compared with targets one by one
    not_finite         where does the first value come from that is not finite
    cleared_early      does the update find the gradients
    never_updated      does anything use the gradients
    never_computed     does anything compute gradients
    model_made_anew    is it the same model from step to step
    unheld_parameter   does the optimizer hold what the loss depends on
    kept_gradients     do gradients begin at zero for each update
    squashed_logits    does the loss get logits
    bounded_output     can the predictions reach the targets
    uphill             does an update go down the slope
    loss_sign          is what the script sends back to be small
    unscaled_input     is an input so large that no usual learning rate fits
    rate_too_high      is the learning rate too high for the curvature
    wrong_derivative   is a gradient by hand the derivative of the loss
    wrong_formula      are all gradients by hand the derivatives of something else
    same_start         can the hidden units learn, and each its own
    call_order         do clipping and steps come in the right order
    wrong_mode         is a model trained and measured in the right mode
    fast_schedule      is a schedule for epochs stepped with every batch
    rate_too_low       is the learning rate far too low
    growing_graph      does a name hold the graphs of batches that are over
    failed_statement   what were the tensors of the statement that failed
"""

from __future__ import annotations

RULES = (
    "rebound_parameter",
    "lost_graph",
    "recorded_update",
    "used_graph",
    "whole_numbers",
    "spread_difference",
    "not_finite",
    "cleared_early",
    "never_updated",
    "never_computed",
    "model_made_anew",
    "unheld_parameter",
    "kept_gradients",
    "squashed_logits",
    "bounded_output",
    "uphill",
    "loss_sign",
    "unscaled_input",
    "rate_too_high",
    "wrong_derivative",
    "wrong_formula",
    "same_start",
    "call_order",
    "wrong_mode",
    "fast_schedule",
    "rate_too_low",
    "growing_graph",
    "failed_statement",
)
"""The modules of this package, in the order of their findings."""

STOPPING = ("rebound_parameter", "lost_graph", "recorded_update", "used_graph", "whole_numbers")
"""Those that say why a script fails. It has failed for one reason, so the first one counts."""
