"""What belongs to a cache key and what does not."""

from datetime import UTC, datetime

from msgspec import structs

from penstock.core.ids import ArtifactId, Digest
from penstock.engine.files import FileDigests
from penstock.engine.fingerprint import cache_key, fingerprint, work_of
from penstock.ir.manifest import ComponentManifest, caching_variables, manifest_arguments
from penstock.ir.spec import ContainerSpec, EnvVar
from penstock.metadata.records import Artifact, Bindings
from support.pipelines import leaf

COMPONENT = leaf("train", outputs={"Output": "NUMBER_DOUBLE"}, rate="NUMBER_DOUBLE", path="STRING")


def container(
    code: dict[str, str] | None = None, *, package: str = "", env: str = "", image: str = "python:3.11-slim", **facts
) -> ContainerSpec:
    manifest = ComponentManifest(
        module="pipeline",
        function="train",
        code=code or {"pipeline.py:train": "aa"},
        environment={"python": "3.11", "polars": "2.1.0"},
        **facts,
    )
    return ContainerSpec(
        image=image,
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


def key(spec: ContainerSpec | None = None, rate: float = 0.1, rows: Artifact | None = None, lock=None, **options):
    rows = rows or artifact("a1", "sha256:1")
    inputs = Bindings(parameters={"rate": rate}, artifacts={"rows": [rows.artifact_id]})
    return cache_key(work_of(COMPONENT, spec or container(), lock), inputs, {rows.artifact_id: rows}, **options)


def differing(one, other) -> set[str]:
    """The parts in which two keys differ."""
    return {name for name in one.parts | other.parts if one.parts.get(name) != other.parts.get(name)}


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
    assert before["environment:polars"] == "2.1.0"
    changes = {
        "code:pipeline.py:train": key(container({"pipeline.py:train": "bb"})).parts,
        "parameter:rate": key(rate=0.2).parts,
        "input:rows": key(rows=artifact("a1", "sha256:2")).parts,
        "env:MODE": key(container(env="fast")).parts,
        "file:path": key(outside={"file:path": "ff"}).parts,
        "image": key(container(image="mine:2")).parts,
        "cache:version": key(container(version="2026-05")).parts,
        "environment:requirements": key(container(requirements=["polars>=1"])).parts,
    }
    for part, after in changes.items():
        assert {name for name in before | after if before.get(name) != after.get(name)} == {part}


def test_small_values_stand_in_the_key_as_they_are_and_large_ones_by_digest():
    assert key(rate=0.25).parts["parameter:rate"] == "0.25"
    inputs = Bindings(parameters={"rate": "x" * 1000})
    assert len(cache_key(work_of(COMPONENT, container()), inputs, {}).parts["parameter:rate"]) == 16


def test_an_int_and_a_float_of_the_same_value_are_told_apart():
    assert key(rate=1).parts["parameter:rate"] != key(rate=1.0).parts["parameter:rate"]


def test_the_authors_own_key_stands_for_everything_but_the_interface():
    one = key(custom="v1")
    other = key(container({"pipeline.py:train": "zz"}), rate=9, custom="v1")
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(key(custom="v2"))


def test_the_authors_own_key_is_the_components_own():
    other = structs.replace(COMPONENT, executor_label="exec-other")
    plain = ContainerSpec(image="alpine", command=["echo"])
    one, another = (cache_key(work_of(spec, plain), Bindings(), {}, custom="v1") for spec in (COMPONENT, other))
    assert fingerprint(one) != fingerprint(another)


def test_bytes_that_are_somebody_elses_count_by_their_address():
    assert fingerprint(key(rows=artifact("a1", None, "s3://b/1"))) != fingerprint(
        key(rows=artifact("a1", None, "s3://b/2"))
    )


def test_a_command_counts_with_its_image_and_its_arguments():
    def command(*args: str) -> ContainerSpec:
        return ContainerSpec(image="alpine", command=["echo"], args=list(args))

    assert fingerprint(key(command("a"))) != fingerprint(key(command("b")))


def test_how_fresh_a_result_must_be_is_no_part_of_the_key():
    assert fingerprint(key(container(fresh_for=60.0))) == fingerprint(key())


def test_metadata_of_an_artifact_counts_because_a_component_may_read_it():
    def described(**metadata):
        return key(rows=structs.replace(artifact("a1", "sha256:1"), metadata=metadata))

    assert fingerprint(described(unit="km")) != fingerprint(described(unit="miles"))
    assert fingerprint(described(unit="km", source="/a")) == fingerprint(described(unit="km", source="/b"))


def test_a_container_of_any_language_says_which_results_it_takes_by_variables():
    plain = ContainerSpec(image="alpine", command=["echo"])
    said = structs.replace(plain, env=caching_variables("2026-05", 60.0))
    assert differing(key(plain), key(said)) == {"cache:version"}
    assert work_of(COMPONENT, said).fresh_for == 60.0
    assert work_of(COMPONENT, plain).fresh_for is None
    nonsense = structs.replace(plain, env=[EnvVar(name="PENSTOCK_CACHE_FRESH_FOR", value="soon")])
    assert work_of(COMPONENT, nonsense).fresh_for == 0.0
    assert fingerprint(key(nonsense)) == fingerprint(key(plain))


# --- environments of their own --------------------------------------------------------------------------------


def test_what_requirements_were_resolved_to_stands_for_them():
    lock = {"polars": "2.2.0", "numpy": "2.0.0"}
    one = key(container(requirements=["polars>=1"]), lock=lock)
    other = key(container(requirements=["polars>=1.5", "numpy"]), lock=lock)
    assert fingerprint(one) == fingerprint(other)
    assert {name: value for name, value in one.parts.items() if name.startswith("environment:")} == {
        "environment:python": "3.11",
        "environment:polars": "2.2.0",
        "environment:numpy": "2.0.0",
    }
    assert differing(one, key(container(), lock=lock | {"numpy": "2.0.1"})) == {"environment:numpy"}


# --- components of Kubeflow's SDK -----------------------------------------------------------------------------

SOURCE = "\nfrom kfp import dsl\n\ndef add(a: int) -> int:\n    return a + 1\n"
INSTALL = """PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet {index} 'kfp=={version}' '--no-deps' \
'typing-extensions>=3.7.4,<5; python_version<"3.9"' && "$0" "$@" && python3 -m pip install {packages}"""


def lightweight(source=SOURCE, packages="'polars==1.0'", version="2.14.0", index="", extra=()):
    install = INSTALL.format(version=version, packages=packages, index=index)
    run = "printf '%s' \"$0\" > x; _KFP_RUNTIME=true python3 -m kfp.dsl.executor_main --component_module_path x"
    return ContainerSpec(
        image="python:3.11",
        command=["sh", "-c", install, "sh", "-ec", run, source],
        args=["--executor_input", "{{$}}", "--function_to_execute", "add", *extra],
    )


def test_comments_layout_and_docstrings_of_a_lightweight_component_do_not_count():
    other = SOURCE.replace("    return", '    """Add."""\n    # one\n    return').replace("a + 1", "(a +\n 1)")
    assert fingerprint(key(lightweight())) == fingerprint(key(lightweight(other)))
    assert differing(key(lightweight()), key(lightweight(SOURCE.replace("+ 1", "+ 2")))) == {"code:add"}


def test_the_version_of_the_sdk_does_not_count_and_packages_do():
    assert fingerprint(key(lightweight(version="2.0.1"))) == fingerprint(key(lightweight()))
    assert differing(key(lightweight()), key(lightweight(packages="'polars==1.1'"))) == {"environment:requirements"}
    index = "--index-url https://example.org/simple"
    assert differing(key(lightweight()), key(lightweight(index=index))) == {"environment:requirements"}
    lock = {"polars": "1.0"}
    assert fingerprint(key(lightweight(), lock=lock)) == fingerprint(key(lightweight(packages="'polars<2'"), lock=lock))
    assert differing(key(lightweight(), lock=lock), key(lightweight(), lock={"polars": "1.1"})) == {
        "environment:polars"
    }


def test_arguments_and_image_of_a_lightweight_component_count():
    assert differing(key(lightweight()), key(lightweight(extra=["--verbose"]))) == {"command"}
    assert differing(key(lightweight()), key(structs.replace(lightweight(), image="python:3.12"))) == {"image"}


def test_source_that_is_no_python_counts_as_it_stands():
    assert set(key(lightweight("def (")).parts) >= {"command", "image"}


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


def test_files_that_code_names_and_variables_that_it_reads_count(tmp_path):
    work = work_of(COMPONENT, container(files=["rules.csv"], variables=["MODE", "UNSET"]))
    (tmp_path / "rules.csv").write_text("a")
    environ = {"MODE": "fast", "OTHER": "x"}
    before = FileDigests(tmp_path, environ).parts(work, COMPONENT, {})
    assert set(before) == {"data:rules.csv", "variable:MODE"}
    assert "fast" not in str(before)
    after = FileDigests(tmp_path, environ | {"MODE": "slow"}).parts(work, COMPONENT, {})
    assert before["data:rules.csv"] == after["data:rules.csv"]
    assert before["variable:MODE"] != after["variable:MODE"]
    (tmp_path / "rules.csv").unlink()
    assert FileDigests(tmp_path, environ).parts(work, COMPONENT, {})["data:rules.csv"] == "absent"
