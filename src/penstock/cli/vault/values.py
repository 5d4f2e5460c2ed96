"""Where the value of a key comes from: a file, a variable, standard input, or a prompt that shows nothing."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import click

from penstock.core.errors import UserError

LONGEST = 1 << 20


@dataclass(kw_only=True, eq=False)
class FileUnreadable(UserError, OSError):
    """The file that holds a value cannot be read."""

    code: ClassVar[str] = "CLI040"
    path: str
    reason: str

    def message(self) -> str:
        return f"cannot read '{self.path}': {self.reason}"

    def hint(self) -> str:
        return "name a file that exists and that you may read"


def read_values(
    keys: tuple[str, ...], from_file: Path | None, from_env: str | None, *, secret: bool
) -> dict[str, bytes]:
    """The values of some keys, which are names, or `NAME=VALUE` where the value is no secret.

    Raises:
        UsageError: There are several keys and one source, or a secret stands in the command line.
        FileUnreadable: There is no such file.
    """
    written = {name: value for key in keys if "=" in key for name, _, value in [key.partition("=")]}
    if written and secret:
        name = next(iter(written))
        raise click.UsageError(
            f"everybody on this machine can see a command line: give `{name}` alone, and type its value or pipe it in"
        )
    names = [key for key in keys if "=" not in key]
    values = {name: value.encode(errors="surrogateescape") for name, value in written.items()}
    if not names:
        if from_file is not None or from_env is not None:
            raise click.UsageError("--from-file and --from-env give the value of a key: name it without `=`")
        return values
    if len(names) > 1 and (from_file is not None or from_env is not None or not sys.stdin.isatty()):
        raise click.UsageError(f"there is one value for {len(names)} keys: set them one at a time")
    if from_file is not None and from_env is not None:
        raise click.UsageError("--from-file and --from-env do not go together")
    return values | {name: _read(name, from_file, from_env, secret=secret) for name in names}


def _read(name: str, from_file: Path | None, from_env: str | None, *, secret: bool) -> bytes:
    if from_file is not None:
        try:
            with from_file.open("rb") as stream:
                return stream.read(LONGEST + 1)
        except OSError as error:
            raise FileUnreadable(path=str(from_file), reason=error.strerror or str(error)) from error
    if from_env is not None:
        if from_env not in os.environ:
            raise click.UsageError(f"there is no environment variable {from_env}")
        return os.fsencode(os.environ[from_env])
    if sys.stdin.isatty():
        typed: str = click.prompt(name, hide_input=secret, err=True)
        return typed.encode(errors="surrogateescape")
    data = sys.stdin.buffer.read(LONGEST + 1)
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    if not data:
        raise click.UsageError(f"standard input holds no value for `{name}`")
    return data
