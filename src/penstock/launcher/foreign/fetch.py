"""Fetching an artifact from outside in a process of its own, with the libraries that Penstock's own environment has.

```
python -m penstock.launcher.foreign.fetch URI FOLDER
```

A component's environment has what the component asks for, which is seldom a client for somebody's object store.
"""

import subprocess
import sys
from pathlib import Path

from penstock.artifacts.outside import read_outside
from penstock.core.errors import PenstockError
from penstock.launcher.errors import InputUnreadable
from penstock.launcher.foreign.inputs import Fetch


def fetch_with(python: str) -> Fetch:
    """Fetches with that interpreter. Raises `InputUnreadable`."""

    def fetch(uri: str, folder: Path) -> Path:
        command = [python, "-P", "-m", __name__, uri, str(folder)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise InputUnreadable(where=f"the artifact at {uri!r}", reason=done.stderr.strip()[-2_000:])
        return Path(done.stdout)

    return fetch


def main(uri: str, folder: str) -> int:
    """Fetch, and say where it is on standard output, or on standard error why not."""
    try:
        sys.stdout.write(str(read_outside(uri, Path(folder))))
    except PenstockError as error:
        sys.stderr.write(error.message())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
