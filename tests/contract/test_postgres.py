"""What is PostgreSQL's own: opening a database that is not ready or not ours, its errors, locks, lines that are cut."""

import inspect
import itertools
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from msgspec import structs

from penstock.core.ids import Digest, RunId
from penstock.metadata import open_store, retention_statements, sharing_statements, statements
from penstock.metadata.errors import (
    RecordTooLarge,
    StoreBusy,
    StoreConflict,
    StoreReadOnly,
    StoreUnavailable,
    StoreUnreachable,
    TextNotStorable,
)
from penstock.metadata.place_errors import (
    DatabaseMissing,
    StoreNotADatabase,
    StoreRefused,
    StoreTooNew,
    StoreUpgradeFailed,
    UnknownStoreUrl,
)
from penstock.metadata.postgres.dialect import PostgresDialect
from penstock.metadata.postgres.opening import open_postgres
from penstock.metadata.preparing import HEAD, POSTGRES
from penstock.metadata.records import Changes, State
from penstock.metadata.retention import Hold
from penstock.metadata.session import expanded
from penstock.metadata.sql_store import SqlStore
from penstock.testing.store_cases.samples import MINUTE, NOW, OTHER, SPEC, a_run, an_execution, started
from support.postgres import Proxy, Server, execute, new_schema, shared_url

R1 = RunId("r1")


@cache
def own_server() -> Server:
    """One that a test may configure, and reach by a proxy."""
    return Server()


@pytest.fixture
def url() -> str:
    return new_schema()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    store = open_postgres(PostgresDialect(url, timeout=0.2, patience=0.0))
    yield store
    store.close()


# --- opening --------------------------------------------------------------------------------------------------


def test_a_store_that_is_opened_again_holds_what_it_held(url: str) -> None:
    store = open_store(url)
    store.create_run(a_run(), SPEC)
    store.close()
    store = open_store(url.replace("postgresql://", "postgres://"))
    assert store.run(R1) == a_run()
    store.close()


def test_a_database_that_does_not_exist_is_named(url: str) -> None:
    with pytest.raises(DatabaseMissing, match="has no database 'nowhere'") as caught:
        open_store(re.sub(r"/postgres\?", "/nowhere?", url))
    assert "createdb --encoding=UTF8 nowhere" in str(caught.value)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(StoreUnreachable, match="Connection refused"):
        open_store("postgresql://ada:s3cret@127.0.0.1:1/db")
    with pytest.raises(StoreUnreachable, match=r"No such file|Connection refused|does not exist"):
        open_store("postgresql:///db?host=/nowhere")


def test_a_wrong_password_is_told_and_never_shown() -> None:
    server = own_server()
    conf = server.conf("pg_hba.conf")
    conf.write_text("local all ada scram-sha-256\n" + conf.read_text())
    execute(server.url, "CREATE ROLE ada LOGIN PASSWORD 'right'")
    server.reload()
    url = server.url.replace("postgres@", "ada:wr%2Fong@")
    with pytest.raises(StoreRefused, match=r'password authentication failed for user "ada"') as caught:
        open_store(url)
    error: BaseException | None = caught.value
    while error is not None:
        assert "ong@" not in f"{error} {error!r} {pickle.dumps(str(error))!r}"
        error = error.__cause__
    with pytest.raises(StoreRefused, match="no password supplied"):
        open_store(server.url.replace("postgres@", "ada@"))
    with pytest.raises(StoreReadOnly, match="permission denied for schema public"):
        open_store(server.url.replace("postgres@", "ada:right@"))


@pytest.mark.parametrize("url", ["postgresql://ada:s3/cr@et@host/db", "postgresql://host/db?colour=s3cret"])
def test_a_url_that_cannot_be_read_shows_no_secret(url: str) -> None:
    with pytest.raises(UnknownStoreUrl, match="cannot be read as the URL") as caught:
        open_store(url)
    assert "cr@et" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_database_in_another_encoding_is_refused() -> None:
    base = shared_url()
    execute(base, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        with pytest.raises(StoreNotADatabase, match="its encoding is LATIN1, not UTF8"):
            open_store(base.replace("/postgres?", "/latin?"))
    finally:
        execute(base, "DROP DATABASE latin")


def test_tables_of_another_program_are_refused_and_kept(url: str) -> None:
    execute(url, "CREATE TABLE runs (id int)")
    with pytest.raises(StoreNotADatabase, match=r'tables of another program \(relation "runs" already exists\)'):
        open_store(url)
    tables = execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    assert tables == [("runs",)]


def test_another_program_that_uses_alembic_is_not_taken_for_a_newer_penstock(url: str) -> None:
    execute(url, "CREATE TABLE alembic_version (version_num text)", "INSERT INTO alembic_version VALUES ('5ad32c')")
    with pytest.raises(StoreNotADatabase, match="of another program, which calls them '5ad32c'"):
        open_store(url)


def test_a_store_of_a_newer_penstock_is_refused(url: str) -> None:
    open_store(url).close()
    execute(url, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreTooNew, match=f"schema version 0999, this one knows up to {HEAD}"):
        open_store(url)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(url: str, caplog: pytest.LogCaptureFixture) -> None:
    open_store(url).close()
    execute(url, "UPDATE alembic_version SET version_num = '0001'")  # so that what it would make is there
    with pytest.raises(StoreUpgradeFailed, match="already exists"):
        open_store(url)
    assert execute(url, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert "pg_dump" in caplog.text


def test_what_may_only_be_read_is_read_and_not_written(url: str) -> None:
    store = open_store(url)
    lease = started(store)
    store.close()
    replica = open_store(f"{url}%20-cdefault_transaction_read_only%3Don")
    assert replica.run(R1) == a_run()
    with pytest.raises(StoreReadOnly, match="read-only transaction"):
        replica.commit(lease, Changes(executions=[an_execution()]))
    replica.close()


def test_who_may_only_select_can_look_at_runs(url: str) -> None:
    schema = url.rpartition("%3D")[2]
    store = open_store(url)
    started(store)
    store.close()
    execute(
        url,
        f"CREATE ROLE {schema}_reader LOGIN",
        f"GRANT USAGE ON SCHEMA {schema} TO {schema}_reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {schema}_reader",
    )
    reader = open_store(url.replace("postgres@", f"{schema}_reader@"))
    assert reader.runs() == [a_run()]
    with pytest.raises(StoreReadOnly, match="permission denied for table leases"):
        reader.acquire(R1, OTHER, NOW, MINUTE)
    reader.close()


def test_a_home_on_sqlite_loads_no_driver(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom penstock.metadata import open_store\n"
        f"open_store({str(tmp_path / 'm.db')!r}).runs()\n"
        "print([name for name in sys.modules if 'psycopg' in name or 'postgres' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- errors ---------------------------------------------------------------------------------------------------


def test_a_nul_is_refused_and_the_text_shown(store: SqlStore) -> None:
    lease = started(store)
    with pytest.raises(TextNotStorable, match="because it holds a NUL") as caught:
        store.commit(lease, Changes(executions=[an_execution("fine"), an_execution("a\0b")]))
    assert caught.value.text == "a\0b"
    assert store.executions(R1) == []
    with pytest.raises(TextNotStorable):
        store.find_runs("a\0b")


def test_a_number_beyond_the_column_is_refused(store: SqlStore) -> None:
    lease = started(store)
    with pytest.raises(RecordTooLarge, match="nothing was stored"):
        store.commit(lease, Changes(executions=[an_execution(order=2**40)]))
    assert store.executions(R1) == []


def test_a_name_beyond_an_index_is_refused(store: SqlStore) -> None:
    lease = started(store)
    path = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(10_000))
    with pytest.raises(RecordTooLarge, match="index row"):
        store.commit(lease, Changes(executions=[an_execution(path)]))
    assert store.executions(R1) == []


def test_a_lock_of_somebody_else_is_waited_for_and_then_given_up(store: SqlStore, url: str) -> None:
    lease = started(store)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE leases")
        with pytest.raises(StoreBusy, match=r"was locked by another process for more than 0\.2 s"):
            store.commit(lease, Changes(executions=[an_execution()]))
        with pytest.raises(StoreBusy):
            store.lease(R1)
    store.commit(lease, Changes(executions=[an_execution()]))
    assert store.executions(R1) == [an_execution()]


def test_a_missing_table_is_told(store: SqlStore, url: str) -> None:
    execute(url, "DROP TABLE cached_results")
    with pytest.raises(StoreUnavailable, match='relation "cached_results" does not exist'):
        store.cached(["f"])  # type: ignore[list-item]
    assert store.runs() == []


@pytest.mark.parametrize("taker", ["commit first", "taker first"])
def test_a_commit_and_a_takeover_wait_for_each_other(url: str, taker: str) -> None:
    """A commit holds the lease's row; whoever takes the lease waits for it, and the other way round."""
    store, other = (open_postgres(PostgresDialect(url, patience=0.0)) for _ in range(2))
    lease = started(store)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT token FROM leases FOR UPDATE")
        moves: dict[str, Callable[[], object]] = {
            "commit": lambda: store.commit(lease, Changes(executions=[an_execution()])),
            "take": lambda: other.acquire(R1, OTHER, NOW + MINUTE, MINUTE),
        }
        failures: dict[str, Exception] = {}
        threads = []
        for name in sorted(moves, reverse=taker == "taker first"):
            threads.append(threading.Thread(target=_note, args=(name, moves[name], failures)))
            threads[-1].start()
            _wait_for_waiting(url, len(threads))
    for thread in threads:
        thread.join()
    held = other.lease(R1)
    assert held is not None
    assert (held.owner, held.token > lease.token) == (OTHER, True)
    assert len(other.executions(R1)) == ("commit" not in failures)
    assert "take" not in failures
    assert ("commit" in failures) == (taker == "taker first")
    store.close()
    other.close()


def test_who_excludes_writers_is_waited_for_by_all_of_them_and_by_no_reader(store: SqlStore, url: str) -> None:
    lease = started(store)
    other = open_store(url)
    with other._connections.writing() as session:
        session.exclude_writers()
        assert session.rows("SELECT run_id FROM runs") == [("r1",)]
        for write in (
            lambda: store.commit(lease, Changes(executions=[an_execution()])),
            lambda: store.create_run(a_run("r2"), SPEC),
            lambda: store.renew(lease, NOW, MINUTE),
        ):
            with pytest.raises(StoreBusy):
                write()
        assert store.runs() == [a_run()]
    store.commit(lease, Changes(executions=[an_execution()]))
    other.close()


def test_two_that_wait_for_each_other_are_told_apart_from_what_is_broken(url: str) -> None:
    store = open_postgres(PostgresDialect(url, patience=0.0))
    started(store, "r1")
    started(store, "r2")
    touch = "UPDATE leases SET token = token WHERE run_id = 'r{}' RETURNING token"
    with psycopg.connect(url) as other:
        other.execute("SET deadlock_timeout = '60s'")  # so that the other one is not the victim
        other.execute(touch.format(2).encode())
        waiting = threading.Thread(target=other.execute, args=(touch.format(1).encode(),))

        def cross() -> None:
            with store._connections.writing() as session:
                session.execute("SET LOCAL deadlock_timeout = '10ms'", {})
                session.rows(touch.format(1))
                waiting.start()
                _wait_for_waiting(url, 1)
                session.rows(touch.format(2))

        with pytest.raises(StoreConflict, match="deadlock detected"):
            cross()
        waiting.join()
    assert len(store.runs()) == 2
    store.close()


# --- lines that are cut ---------------------------------------------------------------------------------------


def test_idle_connections_that_a_restart_cut_are_replaced() -> None:
    server = Server()
    url = new_schema(server.url)
    store = open_store(url, patience=5.0)
    lease = started(store)
    server.stop("immediate")
    server.start()
    store.commit(lease, Changes(executions=[an_execution()]))
    server.stop("fast")
    server.start()
    assert store.executions(R1) == [an_execution()]
    server.stop("fast")
    with pytest.raises(StoreUnreachable, match="cannot be reached"):
        open_store(url)
    store.close()
    server.remove()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("patience", [0.0, 5.0])
def test_a_line_that_is_cut_during_a_commit(moment: str, patience: float) -> None:
    server = own_server()
    url = new_schema(server.url)
    with Proxy(server) as proxy:
        far = open_store(f"{proxy.url}&{url.partition('&')[2]}", patience=patience)
        lease = started(far)
        proxy.cut(moment, b"COMMIT")
        changes = Changes(executions=[an_execution()])
        if patience:
            far.commit(lease, changes)
        else:
            with pytest.raises(StoreUnreachable):
                far.commit(lease, changes)
        stored = bool(patience) or moment == "after"
        assert far.executions(R1) == ([an_execution()] if stored else [])
        far.commit(lease, changes)
        assert far.executions(R1) == [an_execution()]
        far.close()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_line_that_is_cut_while_a_run_is_made_makes_it_once(moment: str) -> None:
    server = own_server()
    url = new_schema(server.url)
    with Proxy(server) as proxy:
        far = open_store(f"{proxy.url}&{url.partition('&')[2]}", patience=5.0)
        far.create_run(a_run("r0"), SPEC)
        proxy.cut(moment, b"COMMIT")
        far.create_run(a_run(), SPEC)
        assert [run.run_id for run in far.runs()] == ["r1", "r0"]
        far.close()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_line_that_is_cut_while_runs_are_removed_removes_and_tells_of_all(moment: str) -> None:
    server = own_server()
    url = new_schema(server.url)
    with Proxy(server) as proxy:
        far = open_store(f"{proxy.url}&{url.partition('&')[2]}", patience=5.0)
        lease = started(far)
        far.commit(lease, Changes(run=structs.replace(a_run(), state=State.CANCELED)))
        far.release(lease)
        proxy.cut(moment, b"COMMIT")
        removed = far.retention.remove_runs([R1, RunId("r0")], NOW + MINUTE)
        assert (removed.runs, removed.kept, far.runs()) == ([R1], [RunId("r0")], [])
        far.close()


def test_what_is_asked_in_order_to_remove_outlives_a_restart() -> None:
    server = Server()
    store = open_store(server.url, patience=30.0)
    lease = started(store)
    keep = Hold(kind="run", target="r1", note="", created_at=NOW)
    digest = Digest(f"sha256:{'0' * 64}")
    asked = store.retention
    for call in (
        lambda: [facts.run_id for facts in asked.runs(NOW)] == [R1],
        lambda: list(asked.uses()) == [],
        lambda: list(asked.referenced()) == [],
        lambda: asked.hold(keep) is None,
        lambda: asked.holds() == [keep],
        lambda: asked.held_runs() == {R1},
        lambda: asked.remove_runs([R1], NOW).kept == [R1],
        lambda: asked.condemn([digest], NOW) is None,
        lambda: asked.condemned() == {digest: NOW},
        lambda: asked.acquit([digest]) is None,
        lambda: asked.release("run", "r1"),
    ):
        _cut_all(server)
        assert call()
    store.release(lease)
    store.close()
    server.remove()


def _cut_all(server: Server) -> None:
    execute(
        server.url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'penstock'",
    )


def test_connections_are_few_however_many_threads_ask(url: str) -> None:
    store = open_store(url)
    started(store)
    threads = [threading.Thread(target=store.executions, args=(R1,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store._connections._idle) <= 8
    store.close()


def test_every_statement_can_be_prepared(url: str) -> None:
    open_store(url).close()
    with psycopg.connect(url) as connection:
        for text in _statements():
            numbered = expanded(text, 2)
            for number, name in enumerate(dict.fromkeys(re.findall(r":(\w+)", numbered)), 1):
                numbered = re.sub(rf":{name}\b", f"${number}", numbered)
            connection.execute(f"PREPARE p AS {numbered}".encode())
            connection.execute("DEALLOCATE p")


def _statements() -> Iterator[str]:
    for module in (statements, sharing_statements, retention_statements):
        for name, value in vars(module).items():
            if name.isupper() and name[0] != "_" and isinstance(value, str):
                yield value
            elif callable(value) and name.startswith(("select", "find")):
                flags = list(inspect.signature(value).parameters)
                for chosen in itertools.product([False, True], repeat=len(flags)):
                    yield value(**dict(zip(flags, chosen, strict=True)))


def test_every_table_has_the_collation_of_code_points(url: str) -> None:
    open_store(url).close()
    found = execute(
        url,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C' "
        "AND table_name <> 'alembic_version'",
    )
    assert found == []


def test_the_ddl_file_is_what_the_migrations_make() -> None:
    """If this fails: `python -m penstock.metadata.upgrading --write`."""
    from penstock.metadata.upgrading import newest_postgres_ddl

    assert POSTGRES.ddl.read_text("utf-8") == newest_postgres_ddl()


def _note(name: str, move: Callable[[], object], failures: dict[str, Exception]) -> None:
    try:
        move()
    except Exception as error:
        failures[name] = error


def _wait_for_waiting(url: str, count: int) -> None:
    """Until that many sessions wait for a lock."""
    asked = "SELECT count(*) FROM pg_locks, pg_sleep(0.01) WHERE NOT granted"
    while execute(url, asked)[0][0] < count:
        pass
