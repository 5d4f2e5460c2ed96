"""Calls that are made again: which failures are worth it, and for how long."""

import pytest

from penstock.core.errors import PenstockError
from penstock.metadata.errors import StoreConflict, StoreFull, StoreReadOnly, StoreUnreachable
from penstock.metadata.repeating import repeatable, repeatable_within

AWAY = StoreUnreachable(place="postgresql://host/db", reason="gone")
PASSING = [AWAY, StoreConflict(place="postgresql://host/db", reason="deadlock detected")]
LASTING = [StoreFull(place="m.db", reason="full"), StoreReadOnly(place="m.db", reason="read-only")]


class Flaky:
    """Fails as often as there are failures, then answers."""

    def __init__(self, *failures: PenstockError, patience: float = 60.0) -> None:
        self.failures = list(failures)
        self.patience = patience
        self.calls = 0

    @repeatable
    def ask(self, what: str, *, loud: bool = False) -> str:
        """Ask."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return what.upper() if loud else what

    @repeatable_within(0.05)
    def ask_briefly(self) -> None:
        self.calls += 1
        raise AWAY


@pytest.mark.parametrize("failure", PASSING, ids=lambda error: error.code)
def test_a_passing_failure_is_not_noticed(failure: PenstockError) -> None:
    store = Flaky(failure, failure)
    assert store.ask("hello", loud=True) == "HELLO"
    assert store.calls == 3


@pytest.mark.parametrize("failure", LASTING, ids=lambda error: error.code)
def test_a_lasting_failure_is_told_at_once(failure: PenstockError) -> None:
    store = Flaky(failure)
    with pytest.raises(type(failure)) as caught:
        store.ask("hello")
    assert (caught.value, store.calls) == (failure, 1)


def test_a_store_without_patience_asks_once() -> None:
    store = Flaky(AWAY, patience=0.0)
    with pytest.raises(StoreUnreachable):
        store.ask("hello")
    assert store.calls == 1


def test_patience_ends_with_the_last_failure() -> None:
    store = Flaky()
    with pytest.raises(StoreUnreachable) as caught:
        store.ask_briefly()
    assert caught.value is AWAY
    assert 2 <= store.calls <= 4


def test_what_is_repeated_keeps_its_name_and_documentation() -> None:
    assert (Flaky.ask.__name__, Flaky.ask.__doc__) == ("ask", "Ask.")
