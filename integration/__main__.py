"""`python -m integration` is `makegood`."""

from integration.cli import main

if __name__ == "__main__":
    main()
