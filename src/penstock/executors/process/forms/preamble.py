"""What the first part of a lightweight component's command line would install, read without running it.

Kubeflow's SDK has written it in a few ways since 2.0; they all come to

```
if ! [ -x "$(command -v pip)" ]; then … fi
[PIP_DISABLE_PIP_VERSION_CHECK=1] python3 -m pip install --quiet … 'pandas' &&
python3 -m pip install --quiet … 'kfp==2.16.0' '--no-deps' … && "$0" "$@"
```

perhaps with lines in the middle that make a virtual environment. Nothing else is taken for it: what is not understood
to the last word is somebody's own script, and is an ordinary command.
"""

import re
import shlex
from collections.abc import Iterator

from penstock.environments.packages import Packages, distribution

_ENSURE_PIP = re.compile(
    r'\s*if ! \[ -x "\$\(command -v pip\)" \]; then\s*'
    r"python3 -m ensurepip \|\| python3 -m ensurepip --user \|\| apt-get install python3-pip\s*fi\s*"
)
_MAKE_VENV = re.compile(
    r"\s*export PIP_DISABLE_PIP_VERSION_CHECK=1\s+tmp=\$\(mktemp -d\)\s+"
    r'python3 -m venv "\$tmp/venv" --system-site-packages\s+\. "\$tmp/venv/bin/activate"\s*'
)
_VARIABLE = re.compile(r"PIP_[A-Z_]+=\S*")
_FLAGS = {
    *("--quiet", "-q", "-qq", "--no-warn-script-location", "--no-deps", "--user", "--upgrade", "-U", "--no-cache-dir"),
    *("--pre", "--disable-pip-version-check", "--break-system-packages", "--prefer-binary"),
}
_WITH_VALUE = {
    "--index-url": "--index-url",
    "-i": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--trusted-host": "--trusted-host",
    "--find-links": "--find-links",
    "-f": "--find-links",
}
_FOR_OLD_PYTHON = re.compile(r"typing-extensions[^;]*;\s*python_version\s*<\s*\"3\.9\"")
_PUBLIC_INDEX = re.compile(r"https://pypi\.org/simple/?")
SDK = "kfp"


class _NotUnderstood(ValueError):
    """Something is in it that this module knows nothing of."""


def read_preamble(text: str) -> Packages | None:
    """The packages that it installs, the SDK among them; None if it is not one of the SDK's own."""
    begin = _ENSURE_PIP.match(text)
    if begin is None:
        return None
    rest = _MAKE_VENV.sub(" ", text[begin.end() :].replace("\\\n", " "))
    try:
        *installing, last = _split(rest)
        if last != ["$0", "$@"]:
            return None
        return _joined([_read_install(words) for words in installing])
    except ValueError:  # the shell's quoting, too
        return None


def _split(text: str) -> Iterator[list[str]]:
    """The commands that are joined by `&&`, in words."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in lexer:
        if word == "&&":
            yield words
            words = []
        elif set(word) <= set("&|;<>()"):
            raise _NotUnderstood(word)
        else:
            words.append(word)
    yield words


def _read_install(words: list[str]) -> Packages:
    while words and _VARIABLE.fullmatch(words[0]):
        words = words[1:]
    if words[:4] != ["python3", "-m", "pip", "install"]:
        raise _NotUnderstood(words)
    wanted: list[str] = []
    sources: list[str] = []
    options: set[str] = set()
    rest = iter(words[4:])
    for word in rest:
        name, equals, value = word.partition("=")
        if _FOR_OLD_PYTHON.fullmatch(word):
            continue
        if not word.startswith("-"):
            wanted.append(word)
        elif word in _FLAGS:
            options.add(word)
        elif name in _WITH_VALUE:
            sources += [_WITH_VALUE[name], value if equals else next(rest, "")]
        else:
            raise _NotUnderstood(word)
    without_dependencies = "--no-deps" in options
    alone = [one for one in wanted if without_dependencies and _is_sdk(one)]
    return Packages(
        requirements=tuple(one for one in wanted if one not in alone), alone=tuple(alone), sources=tuple(sources)
    )


def _is_sdk(requirement: str) -> bool:
    """Whether this is what `--no-deps` was meant for.

    Before 2.3 the SDK wrote it behind the author's packages, all in one command, where it kept theirs from having what
    they depend on as well.
    """
    name = distribution(requirement)
    return name == SDK or not name


def _joined(parts: list[Packages]) -> Packages:
    sources = [pair for part in parts for pair in zip(part.sources[::2], part.sources[1::2], strict=True)]
    usual = all(_PUBLIC_INDEX.fullmatch(value) for _, value in sources)
    kept = [] if usual else [word for pair in dict.fromkeys(sources) for word in pair]
    return Packages(
        requirements=tuple(dict.fromkeys(one for part in parts for one in part.requirements)),
        alone=tuple(dict.fromkeys(one for part in parts for one in part.alone)),
        sources=tuple(kept),
    )
