"""`python -m belvedere`."""

from belvedere.cli import main

main()
