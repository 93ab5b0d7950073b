"""One change of many devices: all of them get it, or none."""
