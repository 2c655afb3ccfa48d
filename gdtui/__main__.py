"""``python -m gdtui`` does what the ``gdtui`` command does."""

from gdtui.cli import main

if __name__ == "__main__":
    main()
