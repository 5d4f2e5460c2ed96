"""`penstock compile`: a pipeline as a file for Kubeflow, Vertex AI or Penstock itself."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import options
from penstock.cli.command import Command

if TYPE_CHECKING:
    from penstock.ir.spec import PipelineDocument


@click.command("compile", cls=Command)
@options.target
@click.option(
    "--output", "-o", type=options.FILE, metavar="FILE", help="A .yaml or .json file. Not given: YAML is printed."
)
@options.home
def compile_target(target: str, output: Path | None, home: Path | None) -> int:
    """Compile a pipeline to Kubeflow Pipelines v2 IR.

    The file runs on Kubeflow, on Vertex AI, and with `penstock run`.
    """
    from penstock.cli.session import session, write_text
    from penstock.cli.text import line

    with session(home, json=True) as here:
        document, _ = here.system.compile(target)
        text = _text(document, as_json=output is not None and output.suffix == ".json")
        if output is None:
            sys.stdout.write(text)
            return 0
        write_text(output, text)
        info = document.pipeline.pipeline_info
        here.screen.print(line(("✓", "good"), " ", (info.name, "bold"), ("  compiled to ", "dim"), str(output)))
    return 0


def _text(document: "PipelineDocument", *, as_json: bool) -> str:
    from penstock.ir.codec import to_json
    from penstock.ir.document import canonical_json, write_yaml
    from penstock.ir.spec import PlatformSpec

    if not as_json:
        return write_yaml(document)
    import msgspec

    alone = document.platform == PlatformSpec()
    data = to_json(document.pipeline) if alone else canonical_json(document)
    return msgspec.json.format(data, indent=2).decode() + "\n"
