"""What is left in a candidate by a run of ours that was cut off between stage and commit.

A server that is killed lets go of its locks, and some keep what was staged (netopeer2 2.8.7). It is
ours to discard in two cases. It is, to the letter, what this citynet staged there last. Or it is
what is to be staged now: all of it is in the candidate already, and nothing else differs from what
runs. Then staging makes the same candidate again: nothing is lost, if it was of others after all.
"""

from citynet.netconf.datastore import Content
from citynet.netconf.goal import foreign, payload
from citynet.netconf.profile import Profile
from citynet.netconf.tree import node
from citynet.xml import Element


def wanted_already(wanted: Element, running: Content, candidate: Content, profile: Profile) -> bool:
    """Whether staging the whole artifact upon what runs gives this candidate."""
    if payload(wanted, candidate.data, profile, additive=False) is not None:
        return False
    ordered = profile.ordered
    rests = (foreign(each.data, profile) for each in (running, candidate))
    one, other = (node(rest, ordered).digest for rest in rests)
    return one == other
