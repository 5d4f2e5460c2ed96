"""The statements fit the schema, are portable, and find what they want by an index."""

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from penstock.metadata import registry_statements as registry
from penstock.metadata import sharing_statements as sharing
from penstock.metadata import statements as sql
from penstock.metadata import tracked_files_statements as files
from penstock.metadata import tracking_statements as tracking
from penstock.metadata.preparing import PRESENT
from penstock.metadata.session import expanded

TRACKING = {f"TRACKING_{name}": value for name, value in vars(tracking).items() if name[0] != "_"}
ALL = vars(sql) | vars(sharing) | vars(registry) | vars(files) | TRACKING
COLUMNS = {name: value for name, value in ALL.items() if isinstance(value, tuple)}
NAMED = {name: text for name, text in ALL.items() if name[0].isalpha() and name.isupper() and isinstance(text, str)}
FLAGS = [False, True]


def _statements() -> Iterator[tuple[str, str]]:
    yield from NAMED.items()
    for pipeline, states, before in itertools.product(FLAGS, repeat=3):
        text = sql.select_runs(pipeline=pipeline, states=states, before=before)
        yield f"select_runs-{pipeline:d}{states:d}{before:d}", text
    for prefix, type_, name, digest in itertools.product(FLAGS, repeat=4):
        text = sql.find_artifacts(prefix=prefix, type=type_, name=name, digest=digest)
        yield f"find_artifacts-{prefix:d}{type_:d}{name:d}{digest:d}", text
    for dead in FLAGS:
        yield f"select_drivable-{dead:d}", sharing.select_drivable(dead=dead)
    for name, digest, run_id, tracked in itertools.product(FLAGS, repeat=4):
        text = registry.select_versions(name=name, digest=digest, run_id=run_id, tracked_run=tracked)
        yield f"select_versions-{name:d}{digest:d}{run_id:d}{tracked:d}", text
    for alias, until in itertools.product(FLAGS, repeat=2):
        yield f"select_promotions-{alias:d}{until:d}", registry.select_promotions(alias=alias, until=until)
    for open_only, run_id in itertools.product(FLAGS, repeat=2):
        text = registry.select_approvals(open_only=open_only, run_id=run_id)
        yield f"select_approvals-{open_only:d}{run_id:d}", text
    for after, limit in itertools.product(FLAGS, repeat=2):
        yield f"select_history-{after:d}{limit:d}", tracking.select_history(after=after, limit=limit)


STATEMENTS = dict(_statements())

EVERY_STATEMENT = pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS.keys())

PORTABLE_WORDS = """
SELECT FROM WHERE AND OR IN IS NOT NULL AS JOIN CROSS ON ORDER BY DESC LIMIT CASE WHEN THEN ELSE END WITH VALUES
INSERT INTO CONFLICT DO NOTHING UPDATE SET RETURNING DELETE EXISTS DISTINCT COALESCE MAX LEFT
"""
"""What SQLite and PostgreSQL understand alike, as far as we use it: every statement was prepared on PostgreSQL 18."""

FULL_SCANS_IN_ORDER = {"select_runs-000", "find_artifacts-0000"}
"""Those that want the newest of everything: they walk an index from its end, and stop at the limit."""

WHOLE_LISTS = {"LIST_MODELS", "select_versions-0000", "select_approvals-00"}
WHOLE_LISTS |= {"TRACKING_LIST_EXPERIMENTS", "TRACKING_LIST_UNTRACKED"}
"""Those that give back every row: there are as many as people gave names."""


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(PRESENT.ddl.read_text("utf-8"))
        yield connection


def _plan(database: sqlite3.Connection, text: str) -> list[str]:
    statement = expanded(text, 2)
    values = dict.fromkeys(re.findall(r":(\w+)", statement), 1)
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]


@EVERY_STATEMENT
def test_every_statement_fits_the_schema(database: sqlite3.Connection, text: str) -> None:
    values = dict.fromkeys(re.findall(r":(\w+)", expanded(text, 2)), 1)
    assert database.execute(f"EXPLAIN {expanded(text, 2)}", values).fetchall()


@EVERY_STATEMENT
def test_every_statement_is_portable(database: sqlite3.Connection, text: str) -> None:
    without_texts = re.sub(r"'[A-Z]*'", "", text)
    words = re.findall(r"(?<![:\w])[A-Za-z_]\w*", without_texts)
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    names = tables.union(*COLUMNS.values()) | {"document", "excluded", "wanted", "last_version"} | set("celrw")
    names |= {"target", "holder", "note"} | set("mt")
    names |= {"key", "value", "at", "step", "kind", "dataset_name", "dataset_digest", "place", "stored_at"}
    assert {word for word in words if word not in PORTABLE_WORDS.split() and word not in names} == set()
    assert re.findall(r"[^\w\s:.,()=<>+*]", without_texts) == []


@EVERY_STATEMENT
def test_no_statement_reads_a_whole_table(
    database: sqlite3.Connection, text: str, request: pytest.FixtureRequest
) -> None:
    plan = _plan(database, text)
    scans = [step for step in plan if step.startswith("SCAN") and "CONSTANT ROW" not in step and step != "SCAN w"]
    if request.node.callspec.id in FULL_SCANS_IN_ORDER:
        assert all("USING INDEX" in step for step in scans)
        assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
    elif request.node.callspec.id not in WHOLE_LISTS:
        assert scans == []


def test_columns_are_those_of_the_tables(database: sqlite3.Connection) -> None:
    tables = {
        "RUN": "runs",
        "EXECUTION": "executions",
        "ATTEMPT": "attempts",
        "ARTIFACT": "artifacts",
        "EVENT": "events",
        "LEASE": "leases",
        "CACHED_RESULT": "cached_results",
        "CANCEL_REQUEST": "cancel_requests",
        "CLAIM": "claims",
    }
    tables |= {
        "MODEL": "registered_models",
        "VERSION": "model_versions",
        "PROMOTION": "promotions",
        "APPROVAL": "approvals",
    }
    tables |= {
        "TRACKING_EXPERIMENT": "experiments",
        "TRACKING_RUN": "tracked_runs",
        "TRACKING_MODEL": "logged_models",
    }
    assert COLUMNS.keys() == tables.keys()
    for name, table in tables.items():
        found = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        assert set(COLUMNS[name]) == found - {"last_version"}, table
