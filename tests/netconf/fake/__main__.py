"""`python -m tests.netconf.fake`: a fleet of fakes as a process of its own."""

from tests.netconf.fake.server import main

main()
