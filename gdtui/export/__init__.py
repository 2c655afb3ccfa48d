"""Writes a run in forms that other programs read."""
