"""What the facts of a role may say about themselves, beside what templates read.

`required` is False where the node helps others by the role but can be without it: a platform
that lacks the role leaves it out then. `needed_by` is the intent that makes the node need it.
`interfaces` are the names of the physical ports that it configures. `promise` is the option by
which it promises to carry customers' packets whole, and the size of them in bytes.
"""

from citynet.errors import KeyPath


def required(facts: object) -> bool:
    """Whether a node cannot be without the role that these facts are of."""
    return bool(getattr(facts, "required", True))


def needed_by(facts: object) -> KeyPath | None:
    """The intent that makes a node need the role, None where the facts do not say."""
    found: KeyPath | None = getattr(facts, "needed_by", None)
    return found


def interfaces(facts: object) -> tuple[str, ...]:
    """The physical ports that the role configures, by the names of the plan."""
    found: tuple[str, ...] = getattr(facts, "interfaces", ())
    return found


def promise(facts: object) -> tuple[str, int] | None:
    """The option that says what customers may send, and the size of it; None if it is not said."""
    found: tuple[str, int] | None = getattr(facts, "promise", None)
    return found
