"""The requests of NETCONF that we make (RFC 6241), each as what `NetconfSession.call` takes."""

from math import ceil
from typing import Any

from ncclient.xml_ import to_ele

from citynet.deploy.driver import Confirm
from citynet.netconf.defaults import TAGGED
from citynet.netconf.session import Operation
from citynet.xml import Element, write

CANDIDATE, RUNNING, STARTUP = "candidate", "running", "startup"
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
DATASTORES = "urn:ietf:params:xml:ns:yang:ietf-datastores"


def _sent(element: Element) -> Operation:
    text = write(element)

    def send(manager: Any) -> Any:
        return manager.dispatch(to_ele(text))

    return send


def _leaf(name: str, text: str = "") -> Element:
    return Element(BASE, name, text)


def lock(store: str) -> Operation:
    """Section 7.5."""
    return lambda manager: manager.lock(store)


def unlock(store: str) -> Operation:
    """Section 7.6."""
    return lambda manager: manager.unlock(store)


def get(store: str) -> Operation:
    """Section 7.1, all of a datastore."""
    return lambda manager: manager.get_config(store)


def get_tagged(store: str) -> Operation:
    """All of a datastore, and every default of it marked as one (RFC 6243, section 4.5.3)."""
    source = Element(BASE, "source", children=(_leaf(store),))
    mode = Element(WITH_DEFAULTS, "with-defaults", TAGGED)
    return _sent(Element(BASE, "get-config", children=(source, mode)))


def get_nothing() -> Operation:
    """An empty subtree filter selects nothing (section 6.4.2): the smallest answer there is."""
    return lambda manager: manager.get_config(RUNNING, filter=("subtree", "<none xmlns=''/>"))


def get_state(filters: str) -> Operation:
    """Section 7.7: what runs and its state, as far as a subtree filter selects it."""
    asked = f'<filter xmlns="{BASE}" type="subtree">{filters}</filter>'
    return lambda manager: manager.get(filter=to_ele(asked))


def get_operational(filters: str) -> Operation:
    """RFC 8526, section 3.1.1: the operational datastore, as far as a filter selects it."""
    return lambda manager: manager.dispatch(
        to_ele(
            f'<get-data xmlns="{NMDA}" xmlns:ds="{DATASTORES}"><datastore>ds:operational'
            f"</datastore><subtree-filter>{filters}</subtree-filter></get-data>"
        )
    )


def discard() -> Operation:
    """Section 8.3.4.2: the candidate is what runs again."""
    return lambda manager: manager.discard_changes()


def validate(config: str | None = None) -> Operation:
    """Section 8.6.4.1: of the candidate, or of a configuration that comes with the request."""
    if config is None:
        return lambda manager: manager.validate(CANDIDATE)
    return lambda manager: manager.validate(to_ele(config))


def edit(config: str, default: str, *, all_or_nothing: bool) -> Operation:
    """Section 7.2, of the candidate."""
    option = "rollback-on-error" if all_or_nothing else None
    return lambda manager: manager.edit_config(
        config, target=CANDIDATE, default_operation=default, error_option=option
    )


def copy(source: str, target: str) -> Operation:
    """Section 7.3."""
    return lambda manager: manager.copy_config(source, target)


def commit() -> Operation:
    """Section 8.3.4.1."""
    return lambda manager: manager.commit()


def commit_confirmed(confirm: Confirm, *, again: bool = False) -> Operation:
    """Section 8.4: runs until confirmed or its time is over; `again` starts the time anew."""
    content = [
        _leaf("confirmed"),
        _leaf("confirm-timeout", str(max(1, ceil(confirm.within)))),
        _leaf("persist", confirm.run),
    ]
    if again:
        content.append(_leaf("persist-id", confirm.run))
    return _sent(Element(BASE, "commit", children=tuple(content)))


def commit_confirming(run: str) -> Operation:
    """Section 8.4: keep what was committed under this name."""
    return _sent(Element(BASE, "commit", children=(_leaf("persist-id", run),)))


def cancel(run: str) -> Operation:
    """Section 8.4.4.1."""
    return _sent(Element(BASE, "cancel-commit", children=(_leaf("persist-id", run),)))


def kill(session: str) -> Operation:
    """Section 7.9."""
    return lambda manager: manager.kill_session(session)


def sessions(session: str) -> Operation:
    """Who a session is: /netconf-state/sessions/session (RFC 6022, section 2.1.4)."""
    key = Element(MONITORING, "session-id", session)
    entry = Element(MONITORING, "session", children=(key,))
    state = Element(
        MONITORING,
        "netconf-state",
        children=(Element(MONITORING, "sessions", children=(entry,)),),
    )
    return lambda manager: manager.get(filter=("subtree", write(state)))
