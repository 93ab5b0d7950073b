"""`python -m citynet`."""

from citynet.cli.main import main

main()
