#!/usr/bin/env python3
"""Compile our conformance corpus, `tests/conformance/pipelines`, with several releases of the kfp SDK.

Each release gets a virtual environment (made with uv, kept in `--environments`, by default in a temporary folder), and
writes to `tests/conformance/compiled/RELEASE/`. A pipeline's file may say `SINCE = "2.7"`: older releases
cannot compile it. Name releases to compile for these alone.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "conformance"
RELEASES = {
    "2.0.1": "1.0.0",
    "2.4.0": "1.0.0",
    "2.7.0": "1.5.0",
    "2.11.0": "1.5.0",
    "2.14.6": "2.15.2",
    "2.17.0": "2.17.0",
}
"""Of `kfp`, and the `kfp-kubernetes` that goes with it."""

COMPILE = """
import importlib.util, pathlib, sys, warnings
warnings.simplefilter("ignore")
release, source, target = sys.argv[1:]
from kfp import compiler
parts = lambda text: [int(part) for part in text.split(".")]
failed = 0
for file in sorted(pathlib.Path(source).glob("*.py")):
    since = next((line.split('"')[1] for line in file.read_text().splitlines() if line.startswith("SINCE = ")), "2.0")
    if parts(release) < parts(since):
        continue
    spec = importlib.util.spec_from_file_location(f"corpus_{file.stem}", file)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        compiler.Compiler().compile(getattr(module, file.stem), f"{target}/{file.stem}.yaml")
    except Exception as error:
        failed = 1
        print(f"kfp {release}: {file.name}: {type(error).__name__}: {error}", file=sys.stderr)
sys.exit(failed)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help=f"of {', '.join(RELEASES)}; by default all")
    parser.add_argument("--environments", type=Path, help="where virtual environments are, or are made")
    given = parser.parse_args()
    unknown = set(given.releases) - set(RELEASES)
    if unknown:
        parser.error(f"unknown releases: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as temporary:
        place = given.environments or Path(temporary)
        went_well = [compile_with(release, place / release) for release in given.releases or RELEASES]
    sys.exit(0 if all(went_well) else 1)


def compile_with(release: str, environment: Path) -> bool:
    """Compile everything that `release` can; whether all went well."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
        packages = [f"kfp=={release}", f"kfp-kubernetes=={RELEASES[release]}", "setuptools<81"]
        subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), *packages], check=True)
    target = CORPUS / "compiled" / release
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.yaml"):
        old.unlink()
    command = [str(python), "-B", "-c", COMPILE, release, str(CORPUS / "pipelines"), str(target)]
    done = subprocess.run(command, check=False)
    print(f"kfp {release}: {len(list(target.glob('*.yaml')))} pipelines")
    return done.returncode == 0


if __name__ == "__main__":
    main()
