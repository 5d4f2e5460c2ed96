"""Files that clients of MLflow logged: their places, and how they go with what they belong to."""

from penstock.core.ids import Digest, RunId, TaskPath
from penstock.metadata.records import Changes, State
from penstock.metadata.store import MetadataStore
from penstock.metadata.tracked_files import TrackedFile
from penstock.testing.store_cases.samples import MINUTE, NOW, TEXTS, a_run, started


def a_file(place: str, hexes: str = "6", size: int = 3) -> TrackedFile:
    """A file whose bytes are stored."""
    digest = Digest(f"sha256:{hexes * 64}")
    uri = f"/store/objects/{hexes * 2}/{hexes * 64}/f"
    return TrackedFile(place=place, uri=uri, digest=digest, size=size, stored_at=NOW)


class FileCases:
    """To be mixed into `MetadataStoreContract`."""

    def test_files_are_found_by_place_and_below_a_folder(self, store: MetadataStore) -> None:
        places = ["0/r/artifacts/a.txt", "0/r/artifacts/b/c.txt", "0/r/artifacts/b/d/e.txt", "0/r/artifacts/b0"]
        store.files.put([a_file(place) for place in places], "r")
        assert store.files.get("0/r/artifacts/a.txt") == a_file("0/r/artifacts/a.txt")
        assert store.files.get("0/r/artifacts/b") is None
        assert [file.place for file in store.files.under("0/r/artifacts/b")] == places[1:3]
        assert [file.place for file in store.files.under("")] == places
        assert store.files.under("0/r/artifacts/a.txt") == []

    def test_a_file_takes_the_place_of_an_earlier_one(self, store: MetadataStore) -> None:
        store.files.put([a_file("p", "1")], "r")
        store.files.put([a_file("p", "2", size=9)], "r")
        assert store.files.under("") == [a_file("p", "2", size=9)]

    def test_places_are_any_text(self, store: MetadataStore) -> None:
        for text in TEXTS:
            if text:
                store.files.put([a_file(f"0/{text}")], "r")
                assert store.files.get(f"0/{text}") == a_file(f"0/{text}")
                assert store.files.remove(f"0/{text}") == 1

    def test_removing_takes_a_file_or_all_of_a_folder(self, store: MetadataStore) -> None:
        store.files.put([a_file("a"), a_file("a/b"), a_file("a/c/d"), a_file("ab")], "r")
        assert store.files.remove("a/b") == 1
        assert store.files.remove("a") == 2
        assert [file.place for file in store.files.under("")] == ["ab"]
        assert store.files.remove("nothing") == 0

    def test_files_of_a_pipeline_run_go_with_it_and_others_stay(self, store: MetadataStore) -> None:
        lease = started(store, "r1")
        tracked = store.tracking.of_execution(RunId("r1"), TaskPath("")).tracked_id
        store.files.put([a_file("0/mine", "1")], tracked)
        store.files.put([a_file("0/others", "2")], "of nobody")
        assert {uri for run, uri in store.retention.uses() if run == "r1"} == {a_file("x", "1").uri}
        assert {a_file("x", "1").uri, a_file("x", "2").uri} <= set(store.retention.referenced())
        assert set(store.retention.registered()) == {a_file("x", "2").uri}
        store.commit(lease, Changes(run=a_run("r1", state=State.SUCCEEDED)))
        store.release(lease)
        assert store.retention.remove_runs([RunId("r1")], NOW + MINUTE).runs == ["r1"]
        assert [file.place for file in store.files.under("")] == ["0/others"]
        assert a_file("x", "1").digest in store.retention.condemned()
