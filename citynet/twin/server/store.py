"""The datastores: sysrepo's, by its Python binding. One thread uses them, and no other.

Configuration goes in and out as serialized XML, top-level nodes side by side.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import _libyang
import _sysrepo
import libyang
import sysrepo

from .errors import RefusedError, RpcError, from_libyang, refused

RUNNING, CANDIDATE = "running", "candidate"
EVERYTHING = ("/*",)
_CREATES, _DELETES = "create", "delete"
_MARK = ' (path "'


class Store(Protocol):
    """Two datastores, of which the candidate is what runs until something is changed in it."""

    @property
    def namespaces(self) -> dict[str, str]:
        """Namespace by module name."""

    @property
    def modules(self) -> tuple[str, ...]:
        """The implemented modules as capabilities (RFC 6020, section 5.6.4)."""

    def get(self, source: str, xpaths: Sequence[str], defaults: str = "explicit") -> bytes:
        """What the paths select. `defaults`: a retrieval mode of RFC 6243."""

    def get_with(self, state: bytes, xpaths: Sequence[str], defaults: str = "explicit") -> bytes:
        """What the paths select of what runs and of a document of state, as one tree."""

    def edit(self, config: bytes, operation: str, test: str) -> None:
        """Change the candidate: all of it or, with `RefusedError`, nothing."""

    def validate(self, source: str) -> None:
        """Raises `RefusedError` with all that is wrong."""

    def check(self, config: bytes) -> None:
        """Validate a whole configuration that is in no datastore. Raises `RefusedError`."""

    def commit(self) -> None:
        """What is in the candidate runs, if it is valid; else `RefusedError`."""

    def discard(self) -> None:
        """The candidate is again what runs."""

    def replace(self, target: str, config: bytes) -> None:
        """The whole of a datastore; the running one only if it is valid."""


class SysrepoStore:
    """Implements `Store` on the repository that the environment names."""

    def __init__(self) -> None:
        self._connection = sysrepo.SysrepoConnection()
        self._sessions = {
            name: self._connection.start_session(name) for name in (RUNNING, CANDIDATE)
        }
        self._context = self._connection.acquire_context()
        every = list(self._context)
        self.namespaces = {module.name(): _text(module.cdata.ns) for module in every}
        self.modules = tuple(sorted(_capability(each) for each in every if each.implemented()))

    def close(self) -> None:
        """Let go of the repository."""
        self._connection.release_context()
        self._connection.disconnect()

    def get(self, source: str, xpaths: Sequence[str], defaults: str = "explicit") -> bytes:
        """What the paths select, and the keys on the way to it; nothing where they select none."""
        if not xpaths:
            return b""
        with (
            self._told(source),
            suppress(sysrepo.SysrepoNotFoundError),
            self._sessions[source].get_data_ly(" | ".join(xpaths)) as tree,
        ):
            return _printed(tree, defaults)
        return b""

    def get_with(self, state: bytes, xpaths: Sequence[str], defaults: str = "explicit") -> bytes:
        """What the paths select of both. State that no module knows is a `RefusedError`."""
        try:
            told = self._parse(state, strict=True, no_state=False)
        except libyang.LibyangError as error:
            raise refused([_told(each) for each in error.errors]) from error
        if told is None:
            return self.get(RUNNING, xpaths, defaults)
        every = told.first_sibling()
        try:
            with (
                self._told(RUNNING),
                suppress(sysrepo.SysrepoNotFoundError),
                self._sessions[RUNNING].get_data_ly("/*") as tree,
            ):
                every.merge(tree.first_sibling(), with_siblings=True)
            chosen = _chosen(every.first_sibling(), " | ".join(xpaths))
            if chosen is None:
                return b""
            try:
                return _printed(chosen, defaults)
            finally:
                chosen.free()
        finally:
            every.first_sibling().free()

    def edit(self, config: bytes, operation: str, test: str) -> None:
        """Change the candidate. `test`: set, test-then-set or test-only."""
        session = self._sessions[CANDIDATE]
        with self._edit(config) as (tree, doubts):
            if tree is None:
                return
            try:
                with self._told(CANDIDATE):
                    self._try(session, tree, operation, test)
            except RefusedError as error:
                found = list(self._clashes(tree)) if _clash(error) else []
                raise refused(found or doubts or error.errors) from None
            finally:
                session.discard_changes()

    @staticmethod
    def _try(session: Any, tree: Any, operation: str, test: str) -> None:
        session.edit_batch_ly(tree, operation)
        if test != "set":
            session.validate()
        if test != "test-only":
            session.apply_changes()

    def validate(self, source: str) -> None:
        """All that is wrong in a datastore."""
        with self._told(source):
            self._sessions[source].validate()

    def check(self, config: bytes) -> None:
        """All that is wrong in a whole configuration."""
        with self._parsed(config, validate=True):
            pass

    def commit(self) -> None:
        """Candidate to running."""
        with self._told(RUNNING):
            self._sessions[RUNNING].copy_config(CANDIDATE)

    def discard(self) -> None:
        """Running to candidate: it has no content of its own then."""
        with self._told(CANDIDATE):
            self._sessions[CANDIDATE].copy_config(RUNNING)

    def replace(self, target: str, config: bytes) -> None:
        """The whole of a datastore."""
        tree = self._parse(config, strict=True)
        with self._told(target):
            self._sessions[target].replace_config_ly(tree, None)

    @contextmanager
    def _edit(self, config: bytes) -> Iterator[tuple[Any, list[RpcError]]]:
        """An edit as a tree, and what is wrong with it if sysrepo says so as well.

        Strictly parsed errors have better paths, but what deletes a leaf has no value of the
        leaf's type: the second try lets anything through, and sysrepo decides.
        """
        doubts: list[RpcError] = []
        try:
            tree = self._parse(config, strict=True)
        except libyang.LibyangError as error:
            said = [_told(each) for each in error.errors]
            if b"operation" not in config:
                raise refused(said) from error
            doubts = [each for each in said if "empty value" not in each.message]
            try:
                tree = self._parse(config, strict=False)
            except libyang.LibyangError:
                raise refused(said) from error
        try:
            yield tree, doubts
        finally:
            if tree is not None:
                tree.free()

    @contextmanager
    def _parsed(self, config: bytes, *, validate: bool) -> Iterator[Any]:
        try:
            tree = self._parse(config, strict=True, validate=validate)
        except libyang.LibyangError as error:
            raise refused([_told(each) for each in error.errors]) from error
        try:
            yield tree
        finally:
            if tree is not None:
                tree.free()

    def _parse(
        self, config: bytes, *, strict: bool, validate: bool = False, no_state: bool = True
    ) -> Any:
        """A tree of libyang's, None for no nodes. Raises `LibyangError`."""
        _libyang.lib.ly_err_clean(self._context.cdata, _libyang.ffi.NULL)
        if not config.strip():
            return None
        return self._context.parse_data_mem(
            config,
            "xml",
            no_state=no_state,
            parse_only=not validate,
            strict=strict,
            opaq=not strict,
            validate_multi_error=True,
        )

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """What sysrepo refuses, in NETCONF's words."""
        try:
            yield
        except libyang.LibyangError as error:
            raise refused([_told(each) for each in error.errors]) from error
        except sysrepo.SysrepoError as error:
            said = [from_libyang(*each) for each in _said(self._sessions[name])]
            raise refused(said or [RpcError("operation-failed", str(error))]) from error

    def _clashes(self, tree: Any) -> Iterator[RpcError]:
        """What was to be created and is there, or to be deleted and is not."""
        for top in tree.siblings():
            for node in top.iter_tree():
                operation = node.get_meta("operation")
                if operation not in {_CREATES, _DELETES}:
                    continue
                path = node.path()
                there = self._there(path)
                if operation == _CREATES and there:
                    yield RpcError("data-exists", f"{node.name()} is there already", path=path)
                if operation == _DELETES and not there:
                    yield RpcError("data-missing", f"there is no such {node.name()}", path=path)

    def _there(self, path: str) -> bool:
        try:
            with self._sessions[CANDIDATE].get_data_ly(path) as tree:
                return tree.find_one(path) is not None
        except (sysrepo.SysrepoError, libyang.LibyangError):
            return False


def _printed(tree: Any, defaults: str) -> bytes:
    """A tree and its siblings as XML. `defaults`: a retrieval mode of RFC 6243."""
    text: str | None = tree.print_mem(
        "xml",
        with_siblings=True,
        include_implicit_defaults=defaults == "report-all",
        trim_default_values=defaults == "trim",
    )
    return (text or "").encode()


def _chosen(tree: Any, xpath: str) -> Any:
    """A copy of what a path selects, with the keys on the way to it; None of nothing."""
    found = None
    for each in tree.find_all(xpath) if xpath else ():
        copy = each.duplicate(recursive=True, with_parents=True).root()
        if found is None:
            found = copy
        else:
            found.merge(copy, destruct=True)
            found = found.first_sibling()
    return found


def _text(words: Any) -> str:
    found: str = _libyang.ffi.string(words).decode()
    return found


def _capability(module: Any) -> str:
    revision = f"&revision={_text(module.cdata.revision)}" if module.cdata.revision else ""
    return f"{_text(module.cdata.ns)}?module={module.name()}{revision}"


def _clash(error: RefusedError) -> bool:
    """Whether sysrepo met something that is there or is not, of which it tells no path."""
    tags = {each.tag for each in error.errors if not each.path}
    return bool(tags & {"data-exists", "data-missing"})


def _told(item: Any) -> RpcError:
    return from_libyang(item.msg or "not valid", item.data_path)


def _said(session: Any) -> Iterator[tuple[str, str | None]]:
    """Each error of the last call on a session: its words and, where there is one, its path."""
    ffi, lib = _sysrepo.ffi, _sysrepo.lib
    found = ffi.new("sr_error_info_t **")
    if lib.sr_session_get_error(session.cdata, found) or found[0] == ffi.NULL:
        return
    for at in range(found[0].err_count):
        text = ffi.string(found[0].err[at].message).decode(errors="replace")
        words, mark, path = text.partition(_MARK)
        yield words, path.rpartition('"')[0] if mark else None


def give_back_memory() -> None:
    """Tell the C library to return what a large document took."""
    ctypes.CDLL(None).malloc_trim(0)
