"""The command line, for `python -m rembug`."""

from rembug.cli import main

if __name__ == "__main__":
    main()
