"""What belongs to a cache key and what does not."""

from datetime import UTC, datetime

from msgspec import structs

from penstock.core.ids import ArtifactId, Digest
from penstock.engine.files import FileDigests
from penstock.engine.fingerprint import cache_key, fingerprint
from penstock.ir.manifest import ComponentManifest, manifest_arguments
from penstock.ir.spec import ContainerSpec, EnvVar
from penstock.metadata.records import Artifact, Bindings
from support.pipelines import leaf

COMPONENT = leaf("train", outputs={"Output": "NUMBER_DOUBLE"}, rate="NUMBER_DOUBLE", path="STRING")


def container(code: dict[str, str] | None = None, *, package: str = "", env: str = "") -> ContainerSpec:
    manifest = ComponentManifest(
        module="pipeline",
        function="train",
        code=code or {"pipeline.py:train": "aa"},
        environment={"python": "3.11", "polars": "2.1.0"},
    )
    return ContainerSpec(
        image="python",
        command=["python3", "-m", "penstock.launcher"],
        args=manifest_arguments(manifest, package),
        env=[EnvVar(name="MODE", value=env)],
    )


def artifact(ident: str, digest: str | None, uri: str = "/a") -> Artifact:
    return Artifact(
        artifact_id=ArtifactId(ident),
        name="rows",
        type="system.Dataset",
        uri=uri,
        digest=None if digest is None else Digest(digest),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def key(spec: ContainerSpec | None = None, rate: float = 0.1, rows: Artifact | None = None, **options):
    rows = rows or artifact("a1", "sha256:1")
    inputs = Bindings(parameters={"rate": rate}, artifacts={"rows": [rows.artifact_id]})
    return cache_key(COMPONENT, spec or container(), inputs, {rows.artifact_id: rows}, **options)


def test_the_same_work_has_the_same_fingerprint():
    assert fingerprint(key()) == fingerprint(key())


def test_where_bytes_lie_and_what_they_are_called_does_not_count():
    assert fingerprint(key(rows=artifact("a1", "sha256:1", "/a"))) == fingerprint(
        key(rows=artifact("a2", "sha256:1", "/elsewhere"))
    )


def test_what_a_person_called_a_file_counts_because_a_component_may_see_it():
    def called(uri):
        return key(rows=structs.replace(artifact("a1", "sha256:1", uri), metadata={"source": f"/home{uri}"}))

    assert fingerprint(called("/store/jan.csv")) == fingerprint(called("/elsewhere/jan.csv"))
    assert fingerprint(called("/store/jan.csv")) != fingerprint(called("/store/feb.csv"))


def test_the_code_package_itself_does_not_count_only_the_definitions_that_are_used():
    assert fingerprint(key(container(package="AAAA"))) == fingerprint(key(container(package="BBBB")))


def test_each_kind_of_change_shows_in_the_part_that_changed():
    before = key().parts
    changes = {
        "code:pipeline.py:train": key(container({"pipeline.py:train": "bb"})).parts,
        "parameter:rate": key(rate=0.2).parts,
        "input:rows": key(rows=artifact("a1", "sha256:2")).parts,
        "env:MODE": key(container(env="fast")).parts,
        "file:path": key(files={"path": "ff"}).parts,
    }
    for part, after in changes.items():
        assert {name for name in before | after if before.get(name) != after.get(name)} == {part}


def test_small_values_stand_in_the_key_as_they_are_and_large_ones_by_digest():
    assert key(rate=0.25).parts["parameter:rate"] == "0.25"
    inputs = Bindings(parameters={"rate": "x" * 1000})
    assert len(cache_key(COMPONENT, container(), inputs, {}).parts["parameter:rate"]) == 16


def test_an_int_and_a_float_of_the_same_value_are_told_apart():
    assert key(rate=1).parts["parameter:rate"] != key(rate=1.0).parts["parameter:rate"]


def test_the_authors_own_key_stands_for_everything_but_the_interface():
    one = key(custom="v1")
    other = key(container({"pipeline.py:train": "zz"}), rate=9, custom="v1")
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(key(custom="v2"))


def test_bytes_that_are_somebody_elses_count_by_their_address():
    assert fingerprint(key(rows=artifact("a1", None, "s3://b/1"))) != fingerprint(
        key(rows=artifact("a1", None, "s3://b/2"))
    )


def test_a_command_counts_with_its_image_and_its_arguments():
    def command(*args: str) -> ContainerSpec:
        return ContainerSpec(image="alpine", command=["echo"], args=list(args))

    assert fingerprint(key(command("a"))) != fingerprint(key(command("b")))


# --- files that parameters name -------------------------------------------------------------------------------


def test_a_file_that_a_text_parameter_names_counts_with_its_content(tmp_path):
    (tmp_path / "rows.csv").write_text("a\n1\n")
    digests = FileDigests(tmp_path)
    before = digests.of_parameters(COMPONENT, {"path": "rows.csv"})
    assert digests.of_parameters(COMPONENT, {"path": "rows.csv"}) == before
    (tmp_path / "rows.csv").write_text("a\n22\n")
    assert digests.of_parameters(COMPONENT, {"path": "rows.csv"}) != before


def test_text_that_names_no_file_is_passed_over(tmp_path):
    digests = FileDigests(tmp_path)
    for text in ("", ".", "nowhere.csv", "a\0b", "x" * 10_000, "https://example.org/a.csv", "line\nline"):
        assert digests.of_parameters(COMPONENT, {"path": text}) == {}
    assert digests.of_parameters(COMPONENT, {"rate": 0.1}) == {}
