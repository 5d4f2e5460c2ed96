"""`penstock models …` and `penstock approvals …`, as a person types them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penstock.cli.app import app, main
from penstock.core.ids import RunId, TaskPath
from penstock.metadata import MetadataStore
from penstock.metadata.registry import Approval
from penstock.testing.store_cases.samples import started

Command = Callable[..., str]


@pytest.fixture
def penstock(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Runs a command beside two models that were made elsewhere; gives what it printed."""
    for number in (1, 2):
        folder = tmp_path / f"m{number}"
        folder.mkdir()
        (folder / "MLmodel").write_text("flavors: {}\n")
        (folder / "weights").write_text(f"{number}")
    monkeypatch.setenv("PENSTOCK_HOME", str(home))
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.chdir(tmp_path)

    def command(*words: str, code: int = 0) -> str:
        found = main(list(words))
        captured = capsys.readouterr()
        assert found == code, captured
        return captured.err if code else captured.out

    return command


def _register(penstock: Command, number: int, *options: str) -> str:
    return penstock("models", "register", "taxi", f"./m{number}", "--no-replay", *options)


# --- models -------------------------------------------------------------------------------------------------


def test_a_model_goes_into_production_and_back(penstock: Command) -> None:
    assert penstock("models", "list") == "no registered models here\n"
    assert _register(penstock, 1, "--description", "first") == "taxi/1  ✓ READY  replay not done\n"
    _register(penstock, 2, "--promote", "--reason", "it was there", "--tag", "team=pricing")
    assert penstock("models", "promote", "taxi/1", "--reason", "better") == "taxi/1 is @champion now; before: 2\n"
    assert penstock("models", "promote", "taxi/1") == "taxi/1 is already @champion\n"
    assert penstock("models", "rollback", "taxi", "--reason", "complaints") == "taxi/2 is @champion again; before: 1\n"
    assert penstock("models", "alias", "taxi/1", "blue").startswith("taxi/1 is @blue now")
    listed = penstock("models", "list").splitlines()
    assert listed[1].split()[:5] == ["taxi", "2", "2", "✓", "READY"]
    assert "@champion 2  @blue 1" in listed[1]
    shown = penstock("models", "show", "taxi")
    assert "first" in shown
    assert "complaints" in shown
    version = json.loads(penstock("models", "show", "taxi@champion", "--json"))
    assert (version["version"], version["aliases"], version["created_by"]) == (2, ["champion"], "ada")
    assert version["tags"] == {"team": "pricing", "penstock.replay": "not done"}


def test_the_history_says_who_when_why_and_what_was_there(penstock: Command) -> None:
    _register(penstock, 1, "--promote", "--reason", "it was there")
    _register(penstock, 2, "--promote", "--reason", "better")
    penstock("models", "alias", "taxi", "champion", "--remove", "--reason", "closed")
    log = json.loads(penstock("models", "history", "taxi", "--json"))
    assert [(line["kind"], line["after"], line["by"], line["reason"]) for line in log] == [
        ("promote", 1, "ada", "it was there"),
        ("promote", 2, "ada", "better"),
        ("remove", None, "ada", "closed"),
    ]
    stays = json.loads(penstock("models", "history", "taxi", "--on", log[1]["at"], "--json"))
    assert [(stay["alias"], stay["version"]) for stay in stays] == [("champion", 2)]
    assert penstock("models", "history", "taxi", "--on", "2020-01-01") == "nothing of taxi was in production then\n"
    assert "taken away" in penstock("models", "history", "taxi")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rollback", "taxi"), "taxi@champion has never been at any version [REG005]"),
        (("promote", "taxi/7"), "model 'taxi' has no version 7 [STO042]"),
        (("promote", "taxi"), "which version? Say 'taxi/NUMBER'"),
        (("promote", "taxi/1", "--alias", "latest"), "that means the newest version"),
        (("promote", "taxi/1", "--expect", "3"), "taxi@champion is at no version, not at version 3"),
        (("promote", "taxi/1", "--expect", "x"), "'x' is neither the number of a version nor 'none'"),
        (("alias", "taxi", "blue"), "which version? Say 'taxi/NUMBER'"),
        (("register", "a/b", "./m1"), "a model cannot be called 'a/b'"),
        (("register", "", "./m1"), "a model cannot be called '': it is empty"),
        (("register", "taxi", "./nowhere"), "there is nothing at"),
        (("register", "taxi", "last"), "there is no run yet"),
        (("register", "taxi", "./m1", "--tag", "x"), "'x' is not of the form KEY=VALUE"),
        (("history", "taxi", "--on", "yesterday"), "'yesterday' is neither a date nor a time"),
        (("show", "cab"), "no registered model 'cab'"),
        (("tag", "taxi", "nonsense"), "'nonsense' is not of the form KEY=VALUE"),
        (("tag", "taxi"), "nothing to change"),
        (("card", "taxi"), "no version of model 'taxi' is its champion"),
        (("card", "taxi/1", "--html", "./nowhere/card.html"), "its folder does not exist"),
    ],
)
def test_what_is_wrong_is_said(penstock: Command, arguments: tuple[str, ...], says: str) -> None:
    _register(penstock, 1)
    assert says in penstock("models", *arguments, code=2)
    assert penstock("models", "history", "taxi") == "nothing of taxi was ever promoted\n"


def test_what_is_in_use_is_removed_by_force_only_and_its_history_stays(penstock: Command) -> None:
    _register(penstock, 1, "--promote")
    refused = penstock("models", "remove", "taxi/1", code=2)
    assert "taxi/1 is the champion of taxi; it was not removed [REG006]" in refused
    assert penstock("models", "remove", "taxi", "--force") == "taxi with 1 version is not registered any more\n"
    assert penstock("models", "list") == "no registered models here\n"
    assert "taken away" in penstock("models", "history", "taxi")


def test_models_and_versions_are_tagged_and_described(penstock: Command) -> None:
    _register(penstock, 1)
    penstock("models", "tag", "taxi", "team=pricing", "a=b=c", "--description", "fares 😀")
    penstock("models", "tag", "taxi", "--remove", "team")
    model = json.loads(penstock("models", "show", "taxi", "--json"))
    assert (model["tags"], model["description"]) == ({"a": "b=c"}, "fares 😀")
    version = json.loads(penstock("models", "tag", "taxi/latest", "x=1", "--json"))
    assert version["tags"] == {"penstock.replay": "not done", "x": "1"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("penstock models show ta", ["taxi"]),
        ("penstock models show taxi@", ["taxi@champion"]),
        ("penstock models promote taxi/", ["taxi/2", "taxi/1"]),
        ("penstock models rollback x", []),
    ],
)
def test_a_shell_completes_names(
    penstock: Command,
    words: str,
    found: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _register(penstock, 1, "--promote")
    _register(penstock, 2)
    monkeypatch.setenv("_PENSTOCK_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", "3")
    capsys.readouterr()
    with pytest.raises(SystemExit):
        app.main([], prog_name="penstock")
    assert capsys.readouterr().out.split() == [f"plain,{name}" for name in found]


def test_the_card_says_what_is_known_of_a_model_that_was_made_elsewhere(penstock: Command, tmp_path: Path) -> None:
    _register(penstock, 1, "--promote", "--reason", "<b>bold</b> | why", "--description", "Fares of *taxis*.")
    text = penstock("models", "card", "taxi")
    assert text.startswith("# taxi/1\n\nREADY, @champion, registered ")
    assert "Fares of \\*taxis\\*." in text
    assert "No evaluation of this model is on record." in text
    assert "\\<b\\>bold\\</b\\> \\| why" in text
    penstock("models", "card", "taxi/1", "--html", "card.html", "--markdown", "card.md")
    page = (tmp_path / "card.html").read_text("utf-8")
    assert "&lt;b&gt;bold&lt;/b&gt; | why" in page
    assert "<script" not in page
    assert (tmp_path / "card.md").read_text("utf-8") == text


# --- approvals ----------------------------------------------------------------------------------------------


def _ask(store: MetadataStore, ident: str = "k7q2mxap", run: str = "20261121-174501-asking") -> None:
    started(store, run)
    asked = Approval(
        approval_id=ident,
        subject="champion of taxi",
        role="owner",
        run_id=RunId(run),
        path=TaskPath("approval"),
        details={"auc": 0.81},
        requested_at=datetime.now(UTC),
    )
    store.registry.request_approval(asked)


def test_a_question_is_listed_shown_and_answered_once(penstock: Command, store: MetadataStore) -> None:
    assert penstock("approvals", "list") == "nothing waits for an answer here\n"
    _ask(store)
    listed = penstock("approvals", "list").splitlines()[1]
    assert listed.split()[:3] == ["k7q2mxap", "▸", "waits"]
    shown = penstock("approvals", "show", "k7")
    assert "auc  0.81" in shown
    assert "penstock approvals approve k7q2mxap" in shown
    said = penstock("approvals", "approve", "k7q2", "--note", "fine")
    assert said.startswith("✓ approved  champion of taxi  by ada\n")
    assert "was approved by ada at" in penstock("approvals", "reject", "k7q2mxap", code=2)
    assert penstock("approvals", "list") == "nothing waits for an answer here\n"
    (kept,) = json.loads(penstock("approvals", "list", "--all", "--json"))
    assert (kept["decision"], kept["decided_by"], kept["note"]) == ("approved", "ada", "fine")


def test_a_question_that_is_not_there_or_not_one_is_told(penstock: Command, store: MetadataStore) -> None:
    assert "no approval 'k7' [STO045]" in penstock("approvals", "show", "k7", code=2)
    assert "no approval '' [STO045]" in penstock("approvals", "approve", "", code=2)
    _ask(store)
    _ask(store, "k7zz3bhd", "20261121-174502-asking")
    assert "'k7' is the start of 2 approvals: k7q2mxap, k7zz3bhd" in penstock("approvals", "approve", "k7", code=2)
