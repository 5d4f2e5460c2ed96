"""A program that is called `docker` and takes its command line, but has no containers: it runs the command right here.

It is as strict as the real one where that matters: an unknown option, a mount whose source is not there, or a name that
is taken is refused with 125; a program that is not there is 127; the command has the variables that `--env` gives, and
no others; it is not in the group of whoever called, so only `rm`, or a signal that is handed on, ends it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

VALUED = ("--name", "--label", "--user", "--volume", "--mount", "--env", "--cpus", "--memory", "--memory-swap")
VALUED += ("--entrypoint", "--gpus")
LABEL = '{{index .Config.Labels "'


def state_folder() -> Path:
    """Where the containers are that run, one file each."""
    return Path(__file__).resolve().parent / "state"


def refuse(text: str) -> NoReturn:
    sys.stderr.write(f"docker: {text}\n")
    sys.exit(125)


def run(arguments: list[str]) -> int:
    given: dict[str, list[str]] = {name: [] for name in VALUED}
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option in VALUED:
            given[option].append(arguments.pop(0))
        elif option != "--rm":
            refuse(f"unknown flag: {option}")
    image, *command = arguments
    if image.startswith("no-such"):
        refuse(f"Unable to find image '{image}' locally")
    line = [*given["--entrypoint"], *command]
    links = [link for volume in given["--volume"] if (link := mount(volume)) is not None]
    environ = dict(one.partition("=")[::2] if "=" in one else (one, os.environ[one]) for one in given["--env"])
    file = state_folder() / given["--name"][0]
    if file.exists():
        refuse("the container name is already in use")
    labels = dict(one.partition("=")[::2] for one in given["--label"])

    def keep() -> None:  # a real engine, too, knows a container before its command says its first word
        known = {"pid": os.getpid(), "labels": labels, "options": given, "image": image}
        written = file.parent.with_name(f"{file.name}.new")
        written.write_text(json.dumps(known))
        written.rename(file)

    try:
        process = subprocess.Popen(
            line,
            env={"PATH": os.environ["PATH"], **environ},
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=keep,
        )
    except FileNotFoundError:
        file.unlink()
        return 127
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGTERM))
    status = process.wait()
    file.unlink(missing_ok=True)
    for link in links:
        link.unlink()
    return status if status >= 0 else 128 - status


def mount(volume: str) -> Path | None:
    """Check a mount; one under another path becomes a link, which is returned."""
    source, target, _ = volume.split(":")
    if not Path(source).exists():
        refuse(f"bind source path does not exist: {source}")
    if Path(target).exists():
        return None
    Path(target).symlink_to(source)
    return Path(target)


def containers() -> dict[str, dict[str, object]]:
    known = {}
    for file in state_folder().iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has just ended
            known[file.name] = json.loads(file.read_text())
    return known


def remove(name: str) -> int:
    known = containers()
    if name not in known:
        sys.stderr.write(f"No such container: {name}\n")
        return 1
    (state_folder() / name).unlink()
    os.killpg(int(str(known[name]["pid"])), signal.SIGKILL)
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["info", "--format", "{{json .}}"]:
            sys.stdout.write(json.dumps({"ServerVersion": "1", "SecurityOptions": ["name=seccomp"]}))
        case ["run", *rest]:
            return run(rest)
        case ["ps", "--all", "--quiet", "--filter", label]:
            name, _, value = label.removeprefix("label=").partition("=")
            for container, known in containers().items():
                labels = known["labels"]
                assert isinstance(labels, dict)
                if labels.get(name) == value:
                    sys.stdout.write(f"{container}\n")
        case ["inspect", "--format", template, container]:
            labels = containers()[container]["labels"]
            assert isinstance(labels, dict)
            sys.stdout.write(str(labels[template.removeprefix(LABEL).removesuffix('"}}')]) + "\n")
        case ["rm", "--force", container]:
            return remove(container)
        case _:
            refuse(f"unknown command: {arguments}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
