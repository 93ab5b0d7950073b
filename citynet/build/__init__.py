"""City and Plan -> DeviceFacts: what each device must be, without saying it in anyone's CLI."""

from citynet.build.context import Context, Index, JoinSide, context
from citynet.build.facts import DeviceFacts, build_facts

__all__ = ["Context", "DeviceFacts", "Index", "JoinSide", "build_facts", "context"]
