"""A model with all that belongs to it: what authors return, load and ask.

Importing this loads no library: a model's folder is written when it is first needed, and read bit by bit.
"""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.ids import Digest
from penstock.models.errors import NoProbabilities, UnreadablePackage
from penstock.models.package import CODE, GRAPH, PREDICTIONS, PROFILE, Package, checked, read_package
from penstock.models.signature import Signature

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from penstock.compiled import CompiledModel
    from penstock.models.draft import Draft
    from penstock.models.flavours import Asked
    from penstock.profiles import Profile


class Model:
    """A fitted model as a package: signature of the raw rows, example, environment, profile, and the compiled graph.

    A component may return one, or the fitted estimator alone: then the raw rows are found among the tables that the
    component was given, by the names of the columns that the estimator was fitted on.

    ```python
    @component
    def train(rows: pl.DataFrame) -> Model:
        frame = rows.to_pandas()
        model = make_pipeline(preprocessing, to_float32(), HistGradientBoostingClassifier())
        model.fit(frame.drop(columns="tip"), frame["tip"])
        return Model(model, data=rows, target="tip", limits="Trips inside the city only.")
    ```

    Asking it runs the graph where there is one, and the original otherwise.
    """

    def __init__(
        self,
        estimator: Any,
        *,
        data: Any = None,
        target: str | None = None,
        example: Any = None,
        requirements: Sequence[str] = (),
        limits: str = "",
        allow_pickle: bool = False,
    ) -> None:
        """Take a fitted model. The package is written when it is first needed.

        Args:
            estimator: A fitted estimator or pipeline of scikit-learn, XGBoost or LightGBM, a booster of one of these, a
                PyTorch module that takes one tensor, or any object with `predict(rows)`.
            data: The raw rows that it was fitted on, in any form that `penstock.features.fit` takes, the target among
                them; or an array, of a model that takes one.
            target: The name of the column that it predicts.
            example: A few rows as it takes them; some of `data` by default.
            requirements: Packages that it needs besides those that its types and your modules show, as pip takes them.
            limits: What it is not for, in words; they are on its card.
            allow_pickle: Write a pickle if nothing else can hold it. Only those can load it who trust you.

        Raises:
            NotPackaged: It is no fitted model.
        """
        from penstock.models.building import Wishes, check_fitted
        from penstock.models.flavours import flavour_of

        flavour_of(estimator)
        check_fitted(estimator)
        self._estimator = estimator
        self._given = (data, target, example)
        asked = (requirements,) if isinstance(requirements, str) else tuple(requirements)
        self._wishes: Any = Wishes(requirements=asked, limits=limits, allow_pickle=allow_pickle)
        self._trust = False
        self._place: Path | None = None

    @classmethod
    def load(cls, folder: Path | str, *, trust_pickle: bool = False) -> "Model":
        """Open a package, or any MLflow model of scikit-learn, XGBoost, LightGBM or PyTorch.

        Nothing of it is executed: its graph is data, and its original is loaded when it is needed, if all types in it
        are trusted.

        Args:
            folder: Where it is.
            trust_pickle: Whether the original may be loaded whatever it is: pickles, unknown types, and modules that
                travel with it. That runs its maker's code.

        Raises:
            UnreadablePackage: It is no such folder, or was damaged.
        """
        place = Path(folder)
        model = cls._opened(place)
        model._trust = trust_pickle
        model._package  # noqa: B018 - a damaged one is refused now
        return model

    @classmethod
    def _opened(cls, folder: Path, estimator: Any = None) -> "Model":
        model = cls.__new__(cls)
        model._estimator = estimator
        model._given = (None, None, None)
        model._wishes = None
        model._trust = False
        model._place = folder
        return model

    def save(self, folder: Path | str) -> Path:
        """Write the package to a folder that does not exist yet; the same model and data give the same bytes.

        Raises:
            NotPackaged: It cannot be packaged.
            FileExistsError: The folder exists.
        """
        target = Path(folder)
        if target.exists():
            raise FileExistsError(f"'{target}' exists already")
        if self._place is not None:
            shutil.copytree(self._place, target)
        else:
            self._build(target)
            self._place = target
        return target

    @property
    def folder(self) -> Path:
        """Where the package is, to read. One that was never saved is in a temporary folder."""
        if self._place is None:
            temporary = tempfile.mkdtemp(prefix="penstock-model-")
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)
            self._build(Path(temporary, "model"))
            self._place = Path(temporary, "model")
        return self._place

    def predict(self, rows: Any) -> "np.ndarray[Any, Any]":
        """Labels, or numbers, one for each row.

        Args:
            rows: Raw rows: a frame of pandas or Polars, an Arrow table, a list of dicts, or one dict.

        Raises:
            RowsUnfit: A column is missing, or of another type.
            NotRows: They are no rows.
            RefusedRows: The model refuses a value.
            ModelFails: The original raised an error.
        """
        from penstock.models.running import predict

        return predict(self, rows)

    def predict_proba(self, rows: Any) -> "np.ndarray[Any, Any]":
        """Probabilities, `[rows, classes]`, in the order of `classes`.

        Raises:
            NoProbabilities: The model has none.
            RowsUnfit: See `predict`.
        """
        from penstock.models.running import predict_proba

        if self.asked.predict_proba is None and not (self.compiled and self._package.runtime == "graph"):
            raise NoProbabilities(what=self._package.class_)
        return predict_proba(self, rows)

    @property
    def classes(self) -> "np.ndarray[Any, Any] | None":
        """The classes of a classifier, in the order of its probabilities; None of anything else."""
        import numpy as np

        found = self._package.classes
        if found is None and self._package.files == {}:
            from penstock.models.estimators import classes_of

            found = classes_of(self.original())
        return None if found is None else np.asarray(found)

    @property
    def signature(self) -> Signature:
        """The raw columns that it takes, and what it gives. False where they are not known: see `no_signature`."""
        return self._package.signature

    @property
    def no_signature(self) -> str:
        """Why the raw columns are not known; empty if they are."""
        return self._package.no_signature

    @cached_property
    def example(self) -> "pd.DataFrame | None":
        """A few raw rows; None if none are known."""
        from penstock.models.example import EXAMPLE, read_example
        from penstock.models.package import read_text

        if not (self.folder / EXAMPLE).is_file() or not self.signature:
            return None
        checked(self.folder, self._package, EXAMPLE)
        try:
            return read_example(read_text(self.folder, EXAMPLE), self.signature)
        except (ValueError, TypeError, LookupError) as error:
            reason = f"'{EXAMPLE}' is no example: {error}"
            raise UnreadablePackage(place=str(self.folder), reason=reason) from error

    @cached_property
    def profile(self) -> "Profile | None":
        """What the raw columns looked like in training; None where that is not known."""
        return self._profile(PROFILE)

    @cached_property
    def predictions_profile(self) -> "Profile | None":
        """What the model said about a sample of its training data."""
        return self._profile(PREDICTIONS)

    @cached_property
    def compiled(self) -> "CompiledModel | None":
        """Its graph, proven to do the same; None where there is none: see `not_compiled`."""
        if self._package.runtime != "graph":
            return None
        from penstock.compiled import CompiledModel

        return CompiledModel.load(checked(self.folder, self._package, GRAPH))

    @property
    def not_compiled(self) -> str:
        """Why there is no graph; empty if there is one."""
        return self._package.not_compiled

    @property
    def parity(self) -> dict[str, Any] | None:
        """The figures of the gate between the original and the graph."""
        return self._package.parity

    @property
    def task(self) -> str:
        """`binary`, `multiclass`, `regression` or `other`."""
        if self._package.task == "other" and not self._package.files:
            from penstock.models.estimators import task_of

            return task_of(self.original())
        return self._package.task

    @property
    def target(self) -> str:
        """The column that it predicts; empty where that is not known."""
        return self._package.target

    @property
    def limits(self) -> str:
        """What it is not for, in its author's words."""
        return self._package.limits

    @property
    def package(self) -> Package:
        """All that is on record of it."""
        return self._package

    @property
    def digest(self) -> Digest:
        """The digest of its folder, as the artifact store has it."""
        return self._content[0]

    @property
    def size(self) -> int:
        """The bytes of its folder."""
        return self._content[1]

    def trusted(self) -> "Model":
        """The same package, whose original may be loaded whatever it is, as with `Model.load(…, trust_pickle=True)`."""
        model = Model._opened(self.folder, self._estimator)
        model._trust = True
        return model

    def original(self, trust: bool = False) -> Any:
        """The estimator itself.

        Args:
            trust: Whether it may be loaded whatever it is: pickles, types that nobody vouched for, and the modules that
                travel with it. That runs its maker's code.

        Raises:
            UntrustedModel: It holds types that nobody vouched for.
            PickleRefused: It is a pickle.
        """
        if self._estimator is None:
            from penstock.models.opening import load_original

            self._estimator = load_original(self.folder, self._package, trust=trust or self._trust)
        return self._estimator

    @cached_property
    def asked(self) -> "Asked":
        """The original, ready to be asked."""
        from penstock.models.flavours import flavour_called, flavour_of

        estimator = self.original()
        flavour = flavour_called(self._package.flavour)
        return (flavour or flavour_of(estimator)).ask(estimator)

    @cached_property
    def _package(self) -> Package:
        found = read_package(self.folder)
        if found is None:
            from penstock.models.foreign import read_foreign

            found = read_foreign(self.folder)
        return found

    @cached_property
    def _content(self) -> tuple[Digest, int]:
        from penstock.artifacts.digest import content_of

        content = content_of(self.folder)
        return content.digest, content.size

    def _profile(self, name: str) -> "Profile | None":
        if name not in self._package.files:
            return None
        from penstock.profiles import Profile

        return Profile.from_json(checked(self.folder, self._package, name).read_bytes())

    def _build(self, target: Path) -> None:
        from penstock.models.building import build

        try:
            build(self._estimator, self._draft(), target, self._wishes)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise

    def _draft(self) -> "Draft":
        from penstock.models.draft import draft_from

        return draft_from(self._estimator, *self._given)

    def __repr__(self) -> str:
        name = type(self._estimator).__name__ if self._estimator is not None else self._package.class_
        return f"<Model {name}>" if self._place is None else f"<Model {name} '{self._place}'>"

    @property
    def code(self) -> Path | None:
        """The folder of the project's modules that travel with it; None if it needs none."""
        return self.folder / CODE if (self.folder / CODE).is_dir() else None
