"""Prove with measurements that the network does what was written.

A role brings `Check`s; `gather` observes everything they need in as few sessions as possible;
each check judges what was observed; a `Report` says it all.
"""

from citynet.verify.check import Check, Input, Result, Status, Verdict, judge
from citynet.verify.observe import Kind, Needs, NotObservedError, Observations

__all__ = [
    "Check",
    "Input",
    "Kind",
    "Needs",
    "NotObservedError",
    "Observations",
    "Result",
    "Status",
    "Verdict",
    "judge",
]
