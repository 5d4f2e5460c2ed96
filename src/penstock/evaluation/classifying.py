"""From labels and probabilities of any form to classes by number."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.asking import Asked, Collected, batch_size
from penstock.evaluation.binary import BinarySample
from penstock.evaluation.errors import UnclearTask, WrongOption
from penstock.evaluation.judged import Judged, Question, Sample
from penstock.evaluation.labels import Classes, in_order, listed, plain_label, positive_of
from penstock.evaluation.multiclass import MOST_RANKED, MulticlassSample
from penstock.evaluation.resampling import Floats
from penstock.evaluation.table import batches
from penstock.features.source import Source

if TYPE_CHECKING:
    import pandas as pd


class Classified:
    """One model's answers to one question about classes."""

    def __init__(
        self,
        asked: Asked,
        source: Source,
        question: Question,
        task: str,
        made: dict[str, Any],
        present: Any,
        notes: list[str],
    ) -> None:
        self.asked, self.source, self.question, self.task = asked, source, question, task
        self.made, self.present, self.notes = made, present, notes
        truth = made["facts"][question.target]
        known = asked.classes
        self.classes = Classes(in_order(truth.unique()) if known is None else known)
        self.known = len(self.classes)
        self.truth = self.classes.codes(truth)
        self._check_types()
        self._check_known(known)
        self.ranked: list[Floats] = []
        self.score: list[Floats] = []
        self.is_probability = True
        self.summaries: list[tuple[Floats, Floats, Floats, Floats]] = []

    def judged(self) -> Judged:
        """Ask, and put the answers into a sample."""
        predicted = self._ask()
        names = self.classes.names
        two = len(names) <= 2 and self.task != "multiclass"
        if self.task == "binary" and not two:
            advice = "leave out the rows of other classes, or judge all of them with `task='multiclass'`"
            raise UnclearTask(reason=f"two classes were expected, and there are {listed(names)}", advice=advice)
        if not two and self.question.positive is not None:
            reason = f"there are {len(names)} classes, and only one of two can be the positive one"
            raise WrongOption(option="positive", value=repr(self.question.positive), reason=reason)
        sample: Sample
        if two:
            positive = positive_of(self.classes, self.question.positive)
            sample = self._binary(predicted, positive)
            shown = self.classes.names[positive]
            return Judged(task="binary", sample=sample, classes=names, positive=shown, notes=self.notes, **self.made)
        sample = self._multiclass(predicted)
        return Judged(task="multiclass", sample=sample, classes=names, notes=self.notes, **self.made)

    def _check_types(self) -> None:
        """Texts and numbers that look the same are one class to people, and two to everything else."""
        held = [self.classes.names[code] for code in np.unique(self.truth)]
        numbers = {str(name) for name in held if not isinstance(name, str)}
        both = sorted(numbers & {name for name in held if isinstance(name, str)})
        if both:
            reason = f"`{self.question.target}` mixes texts and numbers: {both[0]} and '{both[0]}' are two classes"
            raise UnclearTask(reason=reason, advice="convert the column to one type before it is split")

    def _check_known(self, known: Sequence[Any] | None) -> None:
        if known is None:
            return
        strange = self.truth >= self.known
        names = self.classes.names
        mine, others = names[: self.known], names[self.known :]
        if strange.all():
            texts = {str(plain_label(one)) for one in mine} & {str(one) for one in others}
            advice = "the column has another type than in training: convert it" if texts else "is it the right column?"
            reason = f"`{self.question.target}` holds {listed(others)}, and the model knows {listed(mine)}"
            raise UnclearTask(reason=reason, advice=advice)
        if strange.any():
            self.notes.append(
                f"{int(strange.sum())} rows are of classes that the model does not know ({listed(others)}):"
                " it is wrong about each of them"
            )

    def _ask(self) -> NDArray[np.intp]:
        collected, predicted = Collected(self.made["positions"]), []
        for rows in batches(self.source, self.made["inputs"], self.present, batch_size(len(self.classes))):
            answer = self.asked.labels(rows)
            if self._is_score(answer):
                collected.check(np.isnan(answer.astype(float)), "the prediction is not a number")
                self.score.append(answer.astype(np.float64))
                predicted.append((self.score[-1] >= 0.5).astype(np.intp))
            else:
                codes = self.classes.codes(answer)
                collected.check(codes < 0, "the prediction is missing")
                self._check_labels(codes)
                predicted.append(codes)
                self._take_scores(rows, codes, collected)
            collected.advance(len(rows))
        return np.concatenate(predicted)

    def _is_score(self, answer: NDArray[Any]) -> bool:
        """Whether `predict` gave the probability of the second class, as boosters do."""
        if self.asked.classes is not None or answer.dtype.kind != "f" or len(self.classes) > 2:
            return False
        finite = answer[np.isfinite(answer)]
        return within_unit(finite) and not np.isin(finite, (0.0, 1.0)).all()

    def _check_labels(self, codes: NDArray[np.intp]) -> None:
        if codes.min() >= self.known and self.asked.classes is None:
            made, held = self.classes.names[self.known :], self.classes.names[: self.known]
            reason = f"the model predicts {listed(made)}, and `{self.question.target}` holds {listed(held)}"
            raise UnclearTask(reason=reason, advice="let both have the same names and types of classes")

    def _take_scores(self, rows: "pd.DataFrame", codes: NDArray[np.intp], collected: Collected) -> None:
        scores = self.asked.scores(rows)
        if scores is None:
            return
        values, self.is_probability = scores
        if not self.is_probability:
            if self.known == 2 and values.ndim == 1:
                collected.check(np.isnan(values), "the decision function is not a number")
                self.score.append(values)
            return
        checked = collected.checked_probabilities(values, self.known)
        here = slice(collected.done, collected.done + len(rows))
        truth = self.truth[here]
        inside = truth < self.known
        given = np.where(inside, checked[np.arange(len(rows)), np.where(inside, truth, 0)], 0.0)
        better = np.where(inside, (checked > given[:, np.newaxis]).sum(axis=1), self.known).astype(np.float64)
        chosen = np.where(codes < self.known, checked[np.arange(len(rows)), np.minimum(codes, self.known - 1)], 0.0)
        self.summaries.append((given, (checked**2).sum(axis=1), better, chosen))
        if self.known <= MOST_RANKED:
            self.ranked.append(checked)

    def _binary(self, predicted: NDArray[np.intp], positive: int) -> BinarySample:
        score = None
        if self.ranked:
            table = np.concatenate(self.ranked)
            score = table[:, positive] if positive < table.shape[1] else np.zeros(len(table))
        elif self.score:
            second = np.concatenate(self.score)
            score = second if positive == 1 or self.known < 2 else (1 - second if self.is_probability else -second)
        said = predicted == positive
        threshold = self.question.threshold
        if threshold is not None:
            if score is None:
                reason = "the model gives no probabilities that could be held against it"
                raise WrongOption(option="threshold", value=str(threshold), reason=reason)
            said = score >= threshold
        return BinarySample(self.truth == positive, said, score, self.is_probability)

    def _multiclass(self, predicted: NDArray[np.intp]) -> MulticlassSample:
        if self.question.threshold is not None:
            reason = f"there are {len(self.classes)} classes, and it says yes or no to one of two"
            raise WrongOption(option="threshold", value=str(self.question.threshold), reason=reason)
        size = len(self.classes)
        if not self.summaries:
            return MulticlassSample(self.truth, predicted, size)
        given, squares, better, confidence = (np.concatenate(part) for part in zip(*self.summaries, strict=True))
        probabilities = None
        if self.ranked:
            table = np.concatenate(self.ranked)
            probabilities = np.hstack([table, np.zeros((len(table), size - table.shape[1]))])
        return MulticlassSample(
            self.truth,
            predicted,
            size,
            given=given,
            squares=squares,
            better=better,
            confidence=confidence,
            probabilities=probabilities,
        )


def within_unit(numbers: Floats) -> bool:
    """Whether all are between 0 and 1."""
    return bool(((numbers >= 0) & (numbers <= 1)).all())
