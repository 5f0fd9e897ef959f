"""``python -m policysim``: the command line."""

from policysim.cli.main import main

if __name__ == "__main__":
    main()
