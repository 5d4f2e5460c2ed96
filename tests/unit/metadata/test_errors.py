"""Each error of the store says what its page in the documentation says, and survives pickling."""

import pickle
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penstock.core.errors import InfraError, PenstockError, UserError
from penstock.core.ids import Digest, EngineId, FencingToken, RunId
from penstock.metadata import errors, place_errors

PAGES = Path(__file__).parents[3] / "docs" / "errors"
RUN = RunId("20261121-174501-4k7qmx")
DB = "/home/ada/taxi/.penstock/penstock.db"
SERVER = "postgresql://ada@db.example.org/penstock"
REFUSED = 'connection failed: connection to server at "10.0.0.7", port 5432 failed:'

SAMPLES: list[PenstockError] = [
    errors.RunNotFound(run_id=RunId("20261121-17")),
    errors.RunExists(run_id=RUN),
    errors.SpecNotFound(digest=Digest("sha256:9f86d081884c7d65")),
    errors.RunIsDriven(
        run_id=RUN, owner=EngineId("laptop:4711:88a2"), expires_at=datetime(2026, 11, 21, 17, 45, 31, tzinfo=UTC)
    ),
    errors.LeaseLost(run_id=RUN, owner=EngineId("laptop:4711:88a2"), token=FencingToken(3)),
    errors.ForeignRecord(run_id=RUN, found=RunId("20261120-090000-aaaaaa")),
    errors.BrokenReference(place=DB, reason="FOREIGN KEY constraint failed"),
    errors.TextNotStorable(text="donn\\udce9es/taxi.csv"),
    errors.RecordTooLarge(place=DB, reason="string or blob too big"),
    errors.StoreUnavailable(place=DB, reason="disk I/O error"),
    errors.StoreReadOnly(place=DB, reason="attempt to write a readonly database"),
    errors.StoreFull(place=DB, reason="database or disk is full"),
    errors.StoreBusy(place=DB, reason="database is locked", waited=30.0),
    errors.StoreDamaged(place=DB, reason="database disk image is malformed"),
    place_errors.StoreUpgradeFailed(place=DB, reason="no such column: owner", revision="0001", head="0002"),
    errors.StoreClosed(place=DB),
    errors.RecordDamaged(
        record="run '20261121-101500-abc234/taxi'", reason="JSON is malformed: object keys must be strings (byte 1)"
    ),
    place_errors.StoreNotADatabase(place=DB, reason="file is not a database"),
    place_errors.StoreTooNew(place=DB, revision="0007", head="0001"),
    place_errors.UnknownStoreUrl(url="mysql://host/penstock"),
    errors.StoreUnreachable(place=SERVER, reason=f"{REFUSED} Connection refused"),
    errors.StoreConflict(place=SERVER, reason="deadlock detected"),
    place_errors.StoreRefused(place=SERVER, reason=f'{REFUSED} FATAL: password authentication failed for user "ada"'),
    place_errors.DatabaseMissing(place=SERVER, database="penstock"),
    place_errors.DriverMissing(place=SERVER, reason="No module named 'psycopg'"),
    place_errors.SqliteTooOld(found="3.31.1", needed="3.35.0"),
]
EACH = pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)


def test_there_is_a_sample_of_every_error() -> None:
    found = {error for error in PenstockError.tree() if error.__module__ in (errors.__name__, place_errors.__name__)}
    assert {type(error) for error in SAMPLES} == found


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in SAMPLES]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("STO") and len(code) == 6 for code in codes)


def test_the_table_in_the_module_names_every_code() -> None:
    for error in SAMPLES:
        table = sys.modules[type(error).__module__].__doc__ or ""
        assert f"{type(error).__name__} " in table
        assert error.code in table


@EACH
def test_the_page_of_an_error_shows_what_it_says(error: PenstockError) -> None:
    page = (PAGES / f"{error.code}.md").read_text("utf-8")
    assert page.startswith(f"# {error.code}: ")
    for heading in ("## What happened", "## Why", "## What to do", "## Example"):
        assert f"\n{heading}\n" in page
    assert f"\n```text\n{error}\n```\n" in page


@EACH
def test_an_error_survives_pickling(error: PenstockError) -> None:
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is type(error)
    assert (str(found), repr(found)) == (str(error), repr(error))


@EACH
def test_an_error_is_a_users_or_the_grounds(error: PenstockError) -> None:
    assert isinstance(error, UserError) != isinstance(error, InfraError)


@pytest.mark.parametrize(
    ("error", "built_in"),
    [
        (errors.RunNotFound, LookupError),
        (errors.StoreUnavailable, OSError),
        (errors.StoreReadOnly, PermissionError),
        (errors.StoreBusy, TimeoutError),
        (place_errors.StoreNotADatabase, ValueError),
        (errors.LeaseLost, RuntimeError),
    ],
)
def test_errors_are_caught_as_the_built_in_they_are(error: type[Exception], built_in: type[Exception]) -> None:
    assert issubclass(error, built_in)
