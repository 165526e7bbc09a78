"""`python -m integration` is `makegood`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded is no error either."""
    try:
        from integration.cli import main as command
    except KeyboardInterrupt:
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
