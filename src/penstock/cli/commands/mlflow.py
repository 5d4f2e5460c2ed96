"""`penstock mlflow`: the endpoint in the foreground, for a notebook or a script that uses MLflow's client."""

import os
import shlex
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from penstock.cli.session import Session


@click.command(cls=Command, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of this machine; any free one by default.")
@options.json
@options.home
def mlflow(command: tuple[str, ...], port: int, as_json: bool, home: Path | None) -> int:
    """Let MLflow's own client track runs and models in this home.

    It prints the variables that the client takes, and serves until Ctrl-C, only on this machine. With a COMMAND
    (penstock mlflow -- jupyter lab) it runs that with the variables set, and ends with it.

    Tasks of a pipeline need none of this: they have the variables already.
    """
    from penstock.cli.errors import PortTaken
    from penstock.cli.session import session
    from penstock.platform.endpoint import beside_proxies, mlflow_variables

    with session(home, json=as_json) as here:
        try:
            listener = here.system.endpoint.open(port=port)
        except OSError as error:
            raise PortTaken(port=port, reason=error.strerror or str(error)) from error
        variables = mlflow_variables(listener.address, listener.token) | beside_proxies(os.environ)
        if command:
            return _run(command, variables)
        with _interruption() as asked:
            _tell(here, variables)
            asked.wait()
    return 0


def _tell(here: "Session", variables: "Mapping[str, str]") -> None:
    if here.json:
        here.write_json(variables)
        return
    from penstock.cli.text import line

    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    here.screen.print(line(("for MLflow's client on this machine, until Ctrl-C", "dim")))


@contextmanager
def _interruption() -> "Iterator[threading.Event]":
    """What is set by Ctrl-C or SIGTERM."""
    import signal

    asked = threading.Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(command: "Sequence[str]", variables: "Mapping[str, str]") -> int:
    """A command with the variables; its exit code. Ctrl-C is for it, and what asks us to end asks it."""
    import signal
    import subprocess

    from penstock.cli.errors import CommandNotFound

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(list(command), env={**os.environ, **variables})
    except OSError as error:
        raise CommandNotFound(program=command[0], reason=error.strerror or str(error)) from None
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status
