"""NAPALM's driver for FRR on Linux: the candidate is FRR's configuration, and nothing else.

Interfaces, addresses and tables are the Linux side's, and stay as they are. What is committed
goes the same way as with `citynet deploy`: checked by vtysh first, read again after, back as a
whole where it does not take, and `revert_in` is a timer on the router itself, which outlives this
session and can be confirmed by another one.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from napalm.base import NetworkDriver, models
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    CommitError,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
    LockError,
    MergeConfigException,
    NapalmException,
    ReplaceConfigException,
)

from citynet.deploy.driver import (
    Change,
    Confirm,
    DeviceError,
    Refused,
    UnreachableError,
)
from citynet.fleet.shell import Shell

from . import napalm_bgp, napalm_probe, napalm_routes, napalm_state
from .driver import FrrDriver
from .napalm_session import DeniedError, Session
from .words import without_secrets

_DATASTORES = ("running", "startup", "candidate")
PREFIX = "napalm-"
"""How the names of commits begin that were made here."""


class FRRDriver(NetworkDriver):  # type: ignore[misc]
    """`get_network_driver("frr")`. Optional arguments: those of netmiko, and `config_lock`.

    The host key is verified, against `~/.ssh/known_hosts`, `alt_key_file`, or what
    `ssh_config_file` names; `ssh_strict: False` takes any. With `config_lock` the router is
    locked from `open` to `close`, otherwise from the loading of a candidate to its commit.
    """

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        self.platform, self.profile = "frr", ["frr"]
        self.hostname = hostname
        self.username = username
        self.password = password
        self.timeout = timeout
        self._options = dict(optional_args or {})
        self._lock_always = bool(self._options.pop("config_lock", False))
        self._session = Session(hostname, username, password, timeout, self._options)
        self._driver = FrrDriver(self._session)
        self._candidate: Change | None = None
        self._text = ""

    # -- the session ----------------------------------------------------------------------

    def open(self) -> None:
        """Log in."""
        try:
            self._shell().run("true")
            if self._lock_always:
                self._driver.lock(self._owner())
        except DeniedError as error:
            raise ConnectAuthError(str(error)) from error
        except DeviceError as error:
            raise ConnectionException(str(error)) from error
        except Refused as error:
            raise LockError(str(error)) from error

    def close(self) -> None:
        """Log out. A commit that waits for its confirmation goes on waiting."""
        self._driver.close()
        self._session.close()

    def is_alive(self) -> models.AliveDict:
        """Whether a command can be run."""
        try:
            alive = self._session.opened and self._shell().run("true").status == 0
        except DeviceError:
            alive = False
        return {"is_alive": alive}

    def _shell(self) -> Shell:
        return self._session.shell()

    def _owner(self) -> str:
        return f"{self._session.username} with NAPALM"

    def _ask(self, command: str) -> str:
        """What a command prints; raises NAPALM's words for what goes wrong."""
        try:
            done = self._shell().run(command, timeout=float(self.timeout))
        except UnreachableError as error:
            raise ConnectionClosedException(str(error)) from error
        except DeviceError as error:
            raise CommandErrorException(str(error)) from error
        if done.status and done.stderr and not done.stdout:
            raise CommandErrorException(f"{self.hostname}: {done.stderr.strip()}")
        return done.stdout

    # -- the configuration ----------------------------------------------------------------

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """What FRR is to run, instead of all that it runs."""
        self._load(filename, config, ReplaceConfigException, merge=False)

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """What FRR is to run beside all that it runs."""
        self._load(filename, config, MergeConfigException, merge=True)

    def _load(
        self,
        filename: str | None,
        config: str | None,
        problem: type[NapalmException],
        *,
        merge: bool,
    ) -> None:
        text = _candidate(filename, config, problem)
        self._lock()
        try:
            change = self._driver.stage_routing(text, merge=merge)
            self._driver.validate()
        except Refused as error:
            self.discard_config()
            raise problem(_lines(error)) from error
        except DeviceError as error:
            self.discard_config()
            raise _closed(error) from error
        self._candidate, self._text = change, text

    def _lock(self) -> None:
        try:
            self._driver.lock(self._owner())
        except Refused as error:
            raise LockError(str(error)) from error
        except DeviceError as error:
            raise _closed(error) from error

    def compare_config(self) -> str:
        """What would change, as lines with `-` and `+` in their contexts; secrets are left out."""
        if self._candidate is None:
            return ""
        return "\n".join(self._candidate.files.values())

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run; with `revert_in` it goes back after that many seconds."""
        if self._candidate is None:
            raise CommitError("no configuration was loaded")
        if revert_in is not None and revert_in < 1:
            raise CommitError(f"revert_in is {revert_in}, expected a number of seconds")
        run = f"{PREFIX}{secrets.token_hex(8)}"
        confirm = Confirm(run, revert_in) if revert_in is not None else None
        try:
            self._driver.commit(confirm or Confirm(run, self.timeout), note=message)
            if confirm is None:
                self._driver.confirm(run)
        except Refused as error:
            raise CommitError(_lines(error)) from error
        except UnreachableError as error:
            raise _closed(error) from error
        except DeviceError as error:
            raise CommitError(str(error)) from error
        finally:
            self.discard_config()

    def confirm_commit(self) -> None:
        """Keep what waits for its confirmation."""
        self._on_waiting(self._driver.confirm)

    def has_pending_commit(self) -> bool:
        """Whether a commit of NAPALM's, of this session or another, waits on the router."""
        return self._waiting() is not None

    def discard_config(self) -> None:
        """Forget the candidate."""
        self._candidate, self._text = None, ""
        self._driver.discard()
        if not self._lock_always:
            self._driver.unlock()

    def rollback(self) -> None:
        """End a wait by going back, or else undo the last commit that NAPALM made here."""
        if self._waiting() is not None:
            self._on_waiting(self._driver.roll_back)
            return
        found = self._driver.previous()
        if found is None or not found[0].startswith(PREFIX):
            whose = f"the last one is {found[0]}" if found else "there is none at all"
            raise CommitError(f"no commit of NAPALM's can be undone: {whose}")
        self._load(None, found[1], ReplaceConfigException, merge=False)
        self.commit_config(message=f"undo {found[0]}")

    def _waiting(self) -> str | None:
        try:
            run = self._driver.waiting()
        except DeviceError as error:
            raise _closed(error) from error
        return run if run is not None and run.startswith(PREFIX) else None

    def _on_waiting(self, action: Callable[[str], None]) -> None:
        run = self._waiting()
        if run is None:
            raise CommitConfirmException("no commit of NAPALM's waits for its confirmation")
        try:
            action(run)
        except UnreachableError as error:
            raise _closed(error) from error
        except DeviceError as error:  # it waits no more, or is going back
            raise CommitConfirmException(str(error)) from error

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,  # noqa: FBT001, FBT002 - NAPALM's signature
        sanitized: bool = False,  # noqa: FBT001, FBT002
        format: str = "text",  # noqa: A002
    ) -> models.ConfigDict:
        """FRR's configuration. FRR does not show defaults, so `full` is the same."""
        if format != "text":
            raise ValueError(f"format {format!r}: FRR's configuration is text")
        if retrieve not in {"all", *_DATASTORES}:
            raise ValueError(f"retrieve {retrieve!r}: expected all or one of {_DATASTORES}")
        made = dict.fromkeys(_DATASTORES, "")
        if retrieve in {"all", "running"}:
            made["running"] = self._ask("vtysh -c 'show running-config'")
        if retrieve in {"all", "startup"}:
            made["startup"] = self._ask("cat /etc/frr/frr.conf 2>/dev/null")
        if retrieve in {"all", "candidate"}:
            made["candidate"] = self._text
        if sanitized:
            made = {name: without_secrets(text) for name, text in made.items()}
        return models.ConfigDict(**made)

    # -- what it is and does --------------------------------------------------------------

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, Any]:
        """What vtysh prints for each command."""
        if encoding != "text":
            raise NotImplementedError(f"{encoding} is not a supported encoding")
        return napalm_probe.cli(self._ask, commands)

    def get_facts(self) -> models.FactsDict:
        """FRR's release, the machine's name and model, and its interfaces."""
        return napalm_state.facts(self._ask)

    def get_interfaces(self) -> dict[str, models.InterfaceDict]:
        """Interfaces; `last_flapped` and unknown speeds are -1."""
        return napalm_state.interfaces(self._ask)

    def get_interfaces_counters(self) -> dict[str, models.InterfaceCounterDict]:
        """The kernel's counters; what it does not count is -1."""
        return napalm_state.counters(self._ask)

    def get_interfaces_ip(self) -> dict[str, models.InterfacesIPDict]:
        """Addresses of both families."""
        return napalm_state.addresses(self._ask)

    def get_environment(self) -> models.EnvironmentDict:
        """Processors, memory, and temperatures where the machine has sensors."""
        return napalm_state.environment(self._ask)

    def get_arp_table(self, vrf: str = "") -> list[models.ARPTableDict]:
        """IPv4 neighbours, of the default table or of one VRF."""
        return napalm_state.arp(self._ask, vrf)

    def get_ipv6_neighbors_table(self) -> list[models.IPV6NeighborDict]:
        """IPv6 neighbours."""
        return napalm_state.neighbours6(self._ask)

    def get_network_instances(self, name: str = "") -> dict[str, models.NetworkInstanceDict]:
        """The default instance and the VRFs."""
        return napalm_state.instances(self._ask, name)

    def get_bgp_neighbors(self) -> dict[str, models.BGPStateNeighborsPerVRFDict]:
        """BGP peers by VRF; the default one is `global`."""
        return napalm_bgp.neighbours(self._ask)

    def get_bgp_neighbors_detail(
        self, neighbor_address: str = ""
    ) -> dict[str, dict[int, list[models.PeerDetailsDict]]]:
        """BGP peers by VRF and AS, with their timers and counters."""
        return napalm_bgp.details(self._ask, neighbor_address)

    def get_bgp_config(
        self, group: str = "", neighbor: str = ""
    ) -> dict[str, models.BGPConfigGroupDict]:
        """The default instance's BGP configuration by peer group; peers of none are in `_`."""
        return napalm_bgp.configuration(self._ask, group, neighbor)

    def get_route_to(
        self,
        destination: str = "",
        protocol: str = "",
        longer: bool = False,  # noqa: FBT001, FBT002 - NAPALM's signature
    ) -> dict[str, list[models.RouteDict]]:
        """Routes to a prefix, in every VRF."""
        return napalm_routes.routes(self._ask, destination, protocol, longer=longer)

    def ping(  # noqa: PLR0917 - NAPALM's signature
        self,
        destination: str,
        source: str = "",
        ttl: int = 255,
        timeout: int = 2,
        size: int = 100,
        count: int = 5,
        vrf: str = "",
        source_interface: str = "",
    ) -> models.PingResultDict:
        """Ping from the router."""
        asked = napalm_probe.Ping(destination, source or source_interface, vrf, ttl, timeout)
        return napalm_probe.ping(self._ask, asked, size, count)

    def traceroute(
        self, destination: str, source: str = "", ttl: int = 255, timeout: int = 2, vrf: str = ""
    ) -> models.TracerouteResultDict:
        """Trace the way to a destination."""
        asked = napalm_probe.Ping(destination, source, vrf, ttl, timeout)
        return napalm_probe.traceroute(self._ask, asked)


def _candidate(filename: str | None, config: str | None, problem: type[NapalmException]) -> str:
    """The text of a candidate; without a line it would be FRR's end, and is refused."""
    try:
        text = Path(filename).read_text(encoding="utf-8") if filename else config or ""
    except (OSError, UnicodeDecodeError) as error:
        raise problem(f"{filename} cannot be read: {error}") from error
    if not text.strip():
        raise problem(f"{filename or 'the candidate'} is empty: expected FRR's configuration")
    return text


def _lines(error: Refused) -> str:
    """Every refusal on a line of its own, with its line of the candidate."""
    return "\n".join(
        f"line {each.line}: {each.text}: {each.message}" if each.line else each.message
        for each in error.refusals
    )


def _closed(error: DeviceError) -> NapalmException:
    lost = isinstance(error, UnreachableError)
    return (ConnectionClosedException if lost else CommandErrorException)(str(error))
