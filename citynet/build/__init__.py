"""City and Plan -> DeviceFacts: what each device must be, without saying it in anyone's CLI."""

from citynet.build.context import Context, Index, JoinSide, context
from citynet.build.facts import DeviceFacts, build_facts, sound_facts
from citynet.build.options import option_problems

__all__ = [
    "Context",
    "DeviceFacts",
    "Index",
    "JoinSide",
    "build_facts",
    "context",
    "option_problems",
    "sound_facts",
]
