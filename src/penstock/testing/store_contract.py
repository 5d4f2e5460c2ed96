"""What every metadata store must do, as tests: subclass `MetadataStoreContract` and give it `make_store`.

```python
class TestMyStore(MetadataStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path): return functools.partial(open_my_store, tmp_path / "store")
```

`make_store` opens the store, and each call opens the same one, which is empty when a test begins. It is pickled
and called in other processes too, so it has to be importable there: a `partial` of a function in a module.
"""

from collections.abc import Callable, Iterator

import pytest

_SUBJECTS = (
    *("runs", "leases", "commits", "reading", "lineage", "driving", "sharing", "retention"),
    *("registry", "files", "tracking"),
)
for subject in _SUBJECTS:
    pytest.register_assert_rewrite(f"penstock.testing.store_cases.{subject}")

from penstock.metadata.store import MetadataStore  # noqa: E402
from penstock.testing.store_cases.commits import CommitCases  # noqa: E402
from penstock.testing.store_cases.driving import DrivingCases  # noqa: E402
from penstock.testing.store_cases.files import FileCases  # noqa: E402
from penstock.testing.store_cases.leases import LeaseCases  # noqa: E402
from penstock.testing.store_cases.lineage import LineageCases  # noqa: E402
from penstock.testing.store_cases.reading import ReadingCases  # noqa: E402
from penstock.testing.store_cases.registry import RegistryCases  # noqa: E402
from penstock.testing.store_cases.retention import RetentionCases  # noqa: E402
from penstock.testing.store_cases.runs import RunCases  # noqa: E402
from penstock.testing.store_cases.sharing import SharingCases  # noqa: E402
from penstock.testing.store_cases.tracking import TrackingCases  # noqa: E402


class MetadataStoreContract(
    RunCases,
    LeaseCases,
    CommitCases,
    ReadingCases,
    LineageCases,
    DrivingCases,
    SharingCases,
    RetentionCases,
    RegistryCases,
    FileCases,
    TrackingCases,
):
    """The suite. Some tests start processes; all of it takes a few seconds."""

    @pytest.fixture
    def make_store(self) -> Callable[[], MetadataStore]:
        """Override this."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, make_store: Callable[[], MetadataStore]) -> Iterator[MetadataStore]:
        store = make_store()
        yield store
        store.close()
