"""The program: exit codes, and errors as text."""

import subprocess
import sys

import pytest

from penstock.cli import app as program
from penstock.cli.app import main
from penstock.cli.complaint import error_lines
from penstock.core.errors import InfraError, PenstockError, UserError


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("penstock ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rnu"], "penstock: no such command 'rnu'; did you mean 'run'? [CLI001]"),
        (["runs", "shw"], "penstock runs: no such command 'shw'; did you mean 'show'? [CLI001]"),
        (["runs", "show"], "penstock runs show: missing argument 'RUN' [CLI001]"),
        (["run", "x.py", "--parm", "a=1"], "penstock run: no such option '--parm'"),
        (["run", "x.py", "--max-parallel", "0"], "penstock run: invalid value for '--max-parallel'"),
        (
            ["run", "x.py", "--timeout", "nan"],
            "penstock run: invalid value for '--timeout': 'nan' is no length",
        ),
        (["conformance", "x", "--time-limit", "inf"], "invalid value for '--time-limit': 'inf' is no length of time"),
        (["run", "x.py", "--workspace", ""], "penstock run: invalid value for '--workspace': it is empty"),
        (["volumes", "create", "v", "--at", ""], "volumes create: invalid value for '--at': it is empty"),
        (["home", "surplus"], "penstock home: got unexpected extra argument (surplus) [CLI001]"),
    ],
)
def test_a_command_line_that_cannot_be_understood_is_a_user_error(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert "--help` shows what it takes" in captured.err


@pytest.mark.parametrize("words", [[], ["runs"], ["artifacts"]])
def test_a_group_without_a_command_shows_its_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Commands:" in capsys.readouterr().err


def test_a_setting_that_is_wrong_is_a_user_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_MAX_PARALLEL", "many")
    assert main(["home"]) == 2
    assert "error: setting `max_parallel` cannot be 'many' (from PENSTOCK_MAX_PARALLEL) [PLA001]" in (
        capsys.readouterr().err
    )


class Wrong(UserError):
    code = "TST001"

    def message(self) -> str:
        return "that is wrong"

    def hint(self) -> str:
        return "do it right"


class Gone(InfraError):
    code = "TST002"

    def message(self) -> str:
        return "the disk is gone"


@pytest.mark.parametrize(
    ("error", "code"), [(Wrong(), 2), (Gone(), 1), (KeyboardInterrupt(), 130)], ids=["user", "infra", "ctrl-c"]
)
def test_the_exit_code_says_of_what_kind_an_error_is(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(program.app, "invoke", fail)
    assert main(["home"]) == code


def test_an_error_is_one_line_and_its_hint() -> None:
    texts = ["".join(text for text, _ in spans) for spans in error_lines(Wrong())]
    assert texts == ["error: that is wrong [TST001]", "  hint: do it right"]


def test_errors_that_name_a_place_keep_it_in_front() -> None:
    class Diagnosed(PenstockError):
        def __str__(self) -> str:
            return "pipeline.py:4: error[CMP012]: wrong type\n  hint: annotate it\npipeline.py:9: error[CMP001]: cycle"

    lines = error_lines(Diagnosed())
    assert lines[0] == (("pipeline.py:4: ", "bold"), ("error[CMP012]:", "bad"), (" wrong type", "bold"))
    assert lines[1][0] == ("  hint:", "reused")
    assert lines[2][1] == ("error[CMP001]:", "bad")


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -c 'from penstock.cli import main; raise SystemExit(main())' run --help | true",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr


HOT = "penstock.cli.app penstock.cli.commands.run penstock.cli.parameters penstock.cli.session penstock.cli.watch.drive"
HEAVY = {"rich", "typer", "pydantic", "yaml", "asyncio", "importlib.metadata", "sqlalchemy", "fsspec", "html"}


def test_running_imports_only_what_it_needs() -> None:
    """Every cached rerun waits for these imports; see decision 0007."""
    script = f"import {', '.join(HOT.split())}, penstock.cli.watch.live, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
