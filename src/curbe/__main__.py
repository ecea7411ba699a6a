"""``python -m curbe``: the command line."""

from curbe.cli import main

main()
