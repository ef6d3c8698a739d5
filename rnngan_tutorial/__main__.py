"""`python -m rnngan_tutorial`, and what the command `rnngan` runs."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
