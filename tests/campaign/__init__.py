"""The fault campaign: real runs of `citynet deploy`, broken on purpose, judged at the devices.

`python -m tests.campaign --help` runs it; `docs/faults.md` has its table. Each case is made from
a seed alone: a small city, what goes wrong and when, and what a person does afterwards. What the
devices run is read from the devices, not from what citynet wrote.
"""
