"""Real projects on disk and the real command: for tests that go the whole way."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PENSTOCK = Path(sys.executable).with_name("penstock")


class Project:
    """A folder with an author's files, and a home of its own."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        (folder / "pyproject.toml").write_text("[project]\nname = 'author'\nversion = '1'\n")
        for name, text in files.items():
            self.write(f"{name}.py", text)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def penstock(
        self,
        *arguments: str,
        faults: str = "",
        timeout: float = 120,
        env: dict[str, str] | None = None,
        within: str = ".",
    ) -> "Ended":
        """Run the command to its end, whatever that is."""
        environment = os.environ | {"PENSTOCK_HOME": str(self.home), "NO_COLOR": "1"}
        environment.pop("PYTHONPATH", None)
        environment |= env or {}
        if faults:
            environment["PENSTOCK_FAULTS"] = faults
        done = subprocess.run(
            [str(PENSTOCK), *arguments],
            cwd=self.folder / within,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done)

    def start(self, *arguments: str, env: dict[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start the command and leave it running, in a process group of its own."""
        environment = os.environ | {"PENSTOCK_HOME": str(self.home), "NO_COLOR": "1"} | (env or {})
        return subprocess.Popen(
            [str(PENSTOCK), *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


class Ended:
    """How a command ended."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def succeeded(self) -> "Ended":
        assert self.code == 0, f"exit code {self.code}\n{self.text}"
        return self

    def __repr__(self) -> str:
        return f"<ended with {self.code}>\n{self.text}"
