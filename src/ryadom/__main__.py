"""`python -m ryadom`, the same as the command `ryadom`."""

from ryadom.cli import main

main()
