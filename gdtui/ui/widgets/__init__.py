"""The panes, a file for each."""
