"""The launcher as a plain command: how Kubeflow runs a Penstock component in its container.

```
python3 -m penstock.launcher --manifest JSON --package BASE64 --executor-input JSON
```
"""

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from penstock.core.errors import PenstockError
from penstock.ir.manifest import ComponentManifest
from penstock.ir.runtime import ExecutorInput, TaskFailure
from penstock.launcher.code import CodeFolders
from penstock.launcher.errors import BadManifest
from penstock.launcher.failures import describe
from penstock.launcher.task import run_task


def main(arguments: list[str] | None = None) -> int:
    """Run one task; the exit code is 0 if it succeeded. What went wrong is told on stderr."""
    options = _parse(arguments)
    folder = ""
    with tempfile.TemporaryDirectory(prefix="penstock-code-") as root:
        try:
            manifest, given = _decode(options.manifest, options.executor_input)
            code = CodeFolders(Path(root)).folder(options.package)
            folder = str(code)
            run_task(manifest, code, given, None)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            _tell(describe(error, folder))
            return 2 if isinstance(error, PenstockError) else 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="penstock.launcher", description="Run one task of a compiled pipeline.")
    parser.add_argument("--manifest", required=True, help="what the component says of itself, as JSON")
    parser.add_argument("--package", required=True, help="its code, a zip in base64")
    parser.add_argument("--executor-input", required=True, help="inputs and places for outputs, as JSON")
    return parser.parse_args(arguments)


def _decode(manifest: str, executor_input: str) -> tuple[ComponentManifest, ExecutorInput]:
    try:
        return (
            msgspec.json.decode(manifest, type=ComponentManifest),
            msgspec.json.decode(executor_input, type=ExecutorInput),
        )
    except msgspec.DecodeError as error:
        raise BadManifest(reason=str(error)) from error


def _tell(failure: TaskFailure) -> None:
    lines = [failure.traceback.rstrip(), f"{failure.message} [{failure.code}]"]
    if failure.hint:
        lines.append(f"  hint: {failure.hint}")
    sys.stderr.write("\n".join(line for line in lines if line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
