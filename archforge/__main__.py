"""The program ``archforge``; also ``python -m archforge``."""

from archforge.cli import main

if __name__ == "__main__":
    main()
