"""What can be wrong with a script or with a setting of it."""

from __future__ import annotations


class ScriptError(ValueError):
    """A script or a value that cannot be used.

    The message is one line for the learner: the thing, its value, what is allowed.
    """


class SettingError(ScriptError):
    """A value that a setting does not take, or a setting that is not there."""
