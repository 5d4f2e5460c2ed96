"""Errors say what happened, where, and what to do; and stay themselves across processes."""

import copy
import pickle
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from penstock.core.errors import InfraError, PenstockError, TaskError, UserError


@dataclass(kw_only=True, eq=False)
class RoomTaken(UserError, LookupError):
    """A sample: an error as packages define them."""

    code: ClassVar[str] = "TST001"
    room: str
    guests: list[str] = field(default_factory=list)

    def message(self) -> str:
        return f"room {self.room!r} is taken by {len(self.guests)} guests"

    def hint(self) -> str | None:
        return "ask for another" if self.guests else None


@dataclass(kw_only=True, eq=False)
class DiskGone(InfraError, OSError):
    """A sample whose built-in has a constructor of its own."""

    path: str


def test_an_error_shows_message_code_and_hint() -> None:
    error = RoomTaken(room="4 'b' 😀", guests=["Ada", "Grace"])
    assert str(error) == "room \"4 'b' 😀\" is taken by 2 guests [TST001]\n  hint: ask for another"


def test_a_notebook_shows_the_same_without_a_traceback() -> None:
    shown = ["RoomTaken: room '4' is taken by 1 guests [TST001]", "  hint: ask for another"]
    assert RoomTaken(room="4", guests=["Ada"])._render_traceback_() == shown


def test_without_a_hint_there_is_one_line() -> None:
    assert str(RoomTaken(room="4")) == "room '4' is taken by 0 guests [TST001]"


def test_without_code_and_message_the_kind_is_shown() -> None:
    assert str(DiskGone(path="/x")) == "DiskGone"


@pytest.mark.parametrize("error", [RoomTaken(room="4", guests=["Ada"]), DiskGone(path="/x"), UserError()])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(error: PenstockError, protocol: int) -> None:
    found = pickle.loads(pickle.dumps(error, protocol))
    assert type(found) is type(error)
    assert vars(found) == vars(error)
    assert str(found) == str(error)


def test_an_error_survives_copying() -> None:
    error = RoomTaken(room="4", guests=["Ada"])
    copied = copy.deepcopy(error)
    assert (copied.room, copied.guests) == ("4", ["Ada"])
    assert copied.guests is not error.guests


def test_errors_are_compared_by_identity_and_can_be_kept_in_sets() -> None:
    first, second = RoomTaken(room="4"), RoomTaken(room="4")
    assert first != second
    assert len({first, second}) == 2


def test_facts_are_given_by_name() -> None:
    with pytest.raises(TypeError, match="positional"):
        RoomTaken("4")  # type: ignore[misc]
    with pytest.raises(TypeError, match="room"):
        RoomTaken()  # type: ignore[call-arg]


def test_a_built_in_catches_it() -> None:
    with pytest.raises(LookupError, match="is taken"):
        raise RoomTaken(room="4")
    with pytest.raises(OSError, match="DiskGone"):
        raise DiskGone(path="/x")


def test_an_error_keeps_its_cause_and_its_notes() -> None:
    cause = KeyError("x")
    with pytest.raises(RoomTaken) as caught:
        raise RoomTaken(room="4") from cause
    caught.value.add_note("on Monday")
    assert caught.value.__cause__ is cause
    assert caught.value.__notes__ == ["on Monday"]


def test_the_tree_holds_all_that_was_defined() -> None:
    assert {UserError, TaskError, InfraError, RoomTaken, DiskGone} < set(PenstockError.tree())
    assert RoomTaken in set(UserError.tree())
    assert RoomTaken not in set(InfraError.tree())
