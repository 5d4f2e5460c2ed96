"""Inside the clean process of a replay: loads a package, predicts its example, and says what came of it as JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from penstock.core.errors import PenstockError
from penstock.data.errors import UntrustedModel
from penstock.data.trusted import trust
from penstock.models.answers import answer, plain, taken
from penstock.models.errors import ModelFails, PickleRefused, UnreadablePackage
from penstock.models.model import Model
from penstock.models.running import graph_of


def main() -> None:
    """Read the order from standard input, and answer on standard output. What the model prints goes to the log."""
    order = json.loads(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(2, 1)
    trust("", *order["vouched"])
    found = _said(Path(order["folder"]), trusted=order["trust"])
    os.write(out, b"\n" + json.dumps({**found, "python": sys.version.partition(" ")[0]}).encode() + b"\n")


def _said(folder: Path, *, trusted: bool) -> dict[str, Any]:
    try:
        return _replayed(folder, trusted=trusted)
    except ModuleNotFoundError as error:
        return {"missing": error.name or str(error)}
    except UntrustedModel as error:
        return _untrusted(error, Model.load(folder).package.modules)
    except PickleRefused as error:
        return {"cause": "pickle", "reason": error.message(), "advice": error.hint()}
    except UnreadablePackage as error:
        return {"cause": "damaged", "reason": error.message(), "advice": error.hint()}
    except ModelFails as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError):
            return {"missing": cause.name or str(cause)}
        return {"cause": "fails", "reason": error.message(), "advice": error.hint()}
    except PenstockError as error:
        return {"cause": "fails", "reason": error.message(), "advice": error.hint() or ""}
    except Exception as error:  # noqa: BLE001 - the model's own code may raise anything, while it is loaded too
        return {"cause": "fails", "reason": f"loading it failed: {type(error).__name__}: {error}"}


def _replayed(folder: Path, *, trusted: bool) -> dict[str, Any]:
    began, busy = time.perf_counter(), time.process_time()
    model = Model.load(folder, trust_pickle=trusted)
    asked = model.asked
    example = model.example
    graph = graph_of(model)
    loaded = time.perf_counter()
    if example is None:
        reason = "there is no example in it to predict" + (f": {model.no_signature}" if model.no_signature else "")
        advice = "return `Model(…, data=…)` with the raw rows that it was fitted on"
        return {"cause": "example", "reason": reason, "advice": advice}
    rows = taken(example, model.signature)
    what = model.package.class_
    found: dict[str, Any] = {"predictions": plain(answer(asked, rows, what=what))}
    if asked.predict_proba is not None:
        found["probabilities"] = plain(answer(asked, rows, what=what, probabilities=True))
    if graph is not None:
        said = graph.predict(rows, refuse=False)
        found |= {"graph_predictions": plain(said.predictions), "graph_probabilities": plain(said.probabilities)}
    done = time.perf_counter()
    took = {"load": loaded - began, "predict": done - loaded, "processors": time.process_time() - busy}
    return {**found, **took, "rows": len(rows)}


def _untrusted(error: UntrustedModel, modules: list[str]) -> dict[str, Any]:
    """A type counts as untrusted, too, if its module is not there: then that is the cause."""
    tops: Callable[[str], str] = lambda name: name.partition(".")[0]  # noqa: E731
    travelling = {tops(name) for name in modules}
    for name in error.types:
        top = tops(name)
        if top not in travelling and find_spec(top) is None:
            return {"missing": top}
    advice = f"{error.hint()}; or replay it with `trust=True`, if you know who made it"
    return {"cause": "untrusted", "reason": error.message(), "advice": advice}


if __name__ == "__main__":
    main()
