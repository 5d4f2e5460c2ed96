"""`penstock serve`: one model, answering requests in the foreground."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command

HOST = "127.0.0.1"


@click.command(cls=Command)
@click.argument("model")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any free one.")
@click.option("--name", metavar="NAME", help="What clients call it.  [default: the model's name]")
@click.option("--trust", is_flag=True, help="Load a model whatever it is: that runs its maker's code.")
@options.quiet
@options.home
def serve(model: str, port: int, name: str | None, trust: bool, quiet: bool, home: Path | None) -> int:
    """Serve a model on this machine, until Ctrl-C.

    MODEL is a registered version (taxi@champion, taxi/3), or the folder of a model package. Clients send raw rows, by
    four protocols: POST /predict, MLflow's /invocations, Vertex AI's :predict, Open Inference /v2. /openapi.json
    describes them.
    """
    from penstock.cli.errors import PortTaken
    from penstock.cli.serving import open_model, tell
    from penstock.cli.session import session
    from penstock.serving.application import Application
    from penstock.serving.loading import load_served
    from penstock.serving.server import listen
    from penstock.serving.server import serve as serve_on

    with session(home) as here:
        package, called, version = open_model(here, model)
        served = load_served(package.trusted() if trust else package, name or called, version)
        try:
            listening = listen(HOST, port)
        except OSError as error:
            raise PortTaken(port=port, reason=error.strerror or str(error)) from error
        url = f"http://{HOST}:{listening.getsockname()[1]}"
        with listening:
            serve_on(Application(served), listening, lambda: None if quiet else tell(here.screen, served, url))
        served.close()
    return 0
