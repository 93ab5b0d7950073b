"""`python -m server install|serve`: what the host, or a container's entrypoint, starts."""

import argparse
import asyncio
import logging
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from . import repository

LOG = logging.getLogger("twin")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="twin")
    commands = parser.add_subparsers(dest="command", required=True)
    install = commands.add_parser("install", help="make a repository with a vendor's modules")
    install.add_argument("--models", type=Path, required=True)
    install.add_argument("--base", type=Path, required=True)
    install.add_argument("--target", type=Path, required=True)
    install.add_argument("--shared", type=Path, required=True)
    serve = commands.add_parser("serve", help="serve NETCONF")
    serve.add_argument("--template", type=Path, required=True)
    serve.add_argument("--state", type=Path, required=True)
    serve.add_argument("--run", type=Path, required=True)
    serve.add_argument("--host-key", type=Path, required=True)
    serve.add_argument("--authorized-keys", type=Path)
    serve.add_argument("--password-file", type=Path)
    serve.add_argument("--acting", type=Path, help="the vendor's part of what is made up")
    serve.add_argument("--links", type=Path, help="the links to other twins")
    serve.add_argument("--user", default="root")
    serve.add_argument("--address", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=830)
    return parser.parse_args()


async def _serve(said: argparse.Namespace) -> None:
    from .service import Service  # noqa: PLC0415 - after sysrepo's environment is set
    from .ssh import Login, listen  # noqa: PLC0415
    from .store import SysrepoStore  # noqa: PLC0415

    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before it says that it can be talked to
        loop.add_signal_handler(number, told.set)
    schemas = said.run / "repository" / "yang"
    acting = said.acting or said.template / "acting.py"
    links = said.links or said.template.parent / "links" / f"{socket.gethostname()}.json"
    service = Service(said.state, schemas, SysrepoStore, acting, links)
    await service.start()
    login = Login(said.user, said.authorized_keys, said.password_file)
    acceptor = await listen(service, login, said.host_key, said.address, said.port)
    LOG.info("management plane only (twin): NETCONF on %s port %d", said.address, said.port)
    ends: set[asyncio.Future[Any]] = {loop.create_task(told.wait()), service.broken}
    done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    acceptor.close()
    for each in done:
        each.result()


def main() -> int:
    """Do what the command line says; 1 with a sentence where it cannot be done."""
    said = _arguments()
    logging.basicConfig(level=logging.INFO, format="twin: %(message)s", stream=sys.stderr)
    logging.getLogger("asyncssh").setLevel(logging.ERROR)
    try:
        if said.command == "install":
            repository.install(said.models, said.base, said.target, said.shared)
            return 0
        said.state.mkdir(parents=True, exist_ok=True)
        repository.fresh(said.template, said.run)
        asyncio.run(_serve(said))
        repository.clear(said.run)
    except (repository.ModelsError, OSError) as error:
        LOG.error("%s", error)  # noqa: TRY400 - a sentence, no traceback
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
