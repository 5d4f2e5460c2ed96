"""Makes the picture in the README, `docs/images/penstock.png`, from real runs: needs Chromium, which users do not.

.venv/bin/python scripts/picture.py
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).parent.parent
PENSTOCK = Path(sys.executable).with_name("penstock")
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 28px; background: #d7dde4; display: flex; gap: 24px; font-family: sans-serif }}
.pane {{ border-radius: 10px; overflow: hidden; box-shadow: 0 8px 28px #0005; height: 930px; flex: 1 }}
.terminal {{ background: #16191f; color: #e6e6e6; padding: 18px 20px; flex: 0 0 740px; box-sizing: border-box }}
pre {{ margin: 0; font: 12.6px/1.42 "DejaVu Sans Mono", monospace; white-space: pre }}
iframe {{ border: 0; width: 1116px; height: 1330px; transform: scale(.7); transform-origin: 0 0 }}
</style>
<div class="pane terminal"><pre>{terminal}</pre></div><div class="pane"><iframe src="report.html"></iframe></div>"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "taxi")
        shutil.copytree(ROOT / "examples/taxi", folder)
        (folder / "pyproject.toml").write_text('[project]\nname = "demo"\nversion = "1"\n')
        run = ("run", "pipeline.py", "--param", "learning_rate=0.05")
        penstock(folder, *run, "--report", "report.html")
        features = folder / "features.py"
        features.write_text(features.read_text().replace("is_between(3, 200)", "is_between(4, 150)"))
        penstock(folder, *run)
        said = [
            *prompt("penstock run pipeline.py --param learning_rate=0.05  # after a change in features.py"),
            *penstock(folder, "runs", "show", "last"),
            "",
            *prompt("penstock runs explain last"),
            *penstock(folder, "runs", "explain", "last"),
        ]
        (folder / "page.html").write_text(PAGE.format(terminal=as_html("\n".join(said))))
        picture = ROOT / "docs/images/penstock.png"
        shot = [*CHROMIUM, f"--user-data-dir={name}/chromium", "--window-size=1600,986", f"--screenshot={picture}"]
        subprocess.run(["chromium", *shot, f"file://{folder}/page.html"], check=True, stderr=subprocess.DEVNULL)


def prompt(command: str) -> list[str]:
    return [f"\x1b[1;32m$\x1b[0m \x1b[1m{command}\x1b[0m"]


def penstock(folder: Path, *arguments: str) -> list[str]:
    environment = os.environ | {"PENSTOCK_COLOR": "always", "COLUMNS": "88"}
    environment.pop("PENSTOCK_HOME", None)
    done = subprocess.run(
        [str(PENSTOCK), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.rstrip().splitlines()


def as_html(text: str) -> str:
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format="{code}")


if __name__ == "__main__":
    main()
