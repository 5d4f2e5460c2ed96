"""Whatever people do to a model, its aliases are what the log says, and nothing refused or removed has one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.artifacts import open_artifact_store
from penstock.core.errors import UserError
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.registry import ModelVersion
from penstock.registry import ModelRegistry
from penstock.registry.history import earlier, spans
from penstock.testing.clock import FakeClock

ALIASES = st.sampled_from(["champion", "blue"])
VERSIONS = st.integers(1, 5)
ACTS = st.one_of(
    st.tuples(st.just("add")),
    st.tuples(st.just("refuse"), VERSIONS),
    st.tuples(st.just("promote"), VERSIONS, ALIASES),
    st.tuples(st.just("expecting"), VERSIONS, ALIASES, VERSIONS),
    st.tuples(st.just("rollback"), ALIASES),
    st.tuples(st.just("unalias"), ALIASES),
    st.tuples(st.just("remove"), VERSIONS, st.booleans()),
    st.tuples(st.just("remove all"), st.booleans()),
)


@contextmanager
def a_store() -> Iterator[tuple[MetadataStore, ModelRegistry]]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "penstock.db", durability="normal")
        yield store, ModelRegistry(store, open_artifact_store(Path(folder) / "artifacts"), FakeClock())
        store.close()


def do(store: MetadataStore, registry: ModelRegistry, act: tuple[object, ...]) -> None:
    now = FakeClock().now()
    match act:
        case ("add",):
            version = ModelVersion(name="taxi", uri="file:///m", created_at=now, updated_at=now)
            added = store.registry.add_version(version, make_model=True)
            assert added.version not in {line.after for line in store.registry.promotions("taxi")}
        case ("refuse", int(number)) if number not in store.registry.aliases("taxi").values():
            store.registry.update_version("taxi", number, now=now, status="REFUSED")
        case ("promote", int(number), str(alias)):
            registry.promote("taxi", number, alias, by="ada")
        case ("expecting", int(number), str(alias), int(expected)):
            registry.promote("taxi", number, alias, by="ada", expected=expected)
        case ("rollback", str(alias)):
            before = earlier(registry.history("taxi", alias))
            assert registry.rollback("taxi", alias, by="ada").after in before
        case ("unalias", str(alias)):
            registry.remove_alias("taxi", alias, by="ada")
        case ("remove", int(number), bool(force)):
            registry.remove("taxi", number, by="ada", force=force)
        case ("remove all", bool(force)):
            registry.remove("taxi", by="ada", force=force)


@settings(max_examples=30, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_the_aliases_are_what_the_log_says(acts: list[tuple[object, ...]]) -> None:
    with a_store() as (store, registry):
        for act in acts:
            try:
                do(store, registry, act)
            except UserError:
                continue
            log = store.registry.promotions("taxi")
            standing = {span.alias: span.version for span in spans(log) if span.until is None}
            assert standing == store.registry.aliases("taxi")
            assert [line.number for line in log] == list(range(1, len(log) + 1))
            ready = {version.version for version in store.registry.versions("taxi") if version.status == "READY"}
            assert set(standing.values()) <= ready
        assert all(line.before != line.after for line in store.registry.promotions("taxi"))
