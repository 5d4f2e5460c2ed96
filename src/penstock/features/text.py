"""Vocabularies of texts: in how many of them each term occurs, and how often."""

from collections import Counter
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from penstock.features.accumulator import Accumulator


class Vocabulary(Accumulator):
    """`CountVectorizer` and `TfidfVectorizer`. Memory grows with the distinct terms only."""

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.analyze = transformer.build_analyzer()
        self.documents = 0
        self.within: Counter[str] = Counter()
        """In how many texts each term occurs."""
        self.occurrences: Counter[str] = Counter()

    @classmethod
    def refuses(cls, transformer: Any) -> str:
        if transformer.input != "content":
            return f"it reads files (input={transformer.input!r})"
        return (
            "" if transformer.vocabulary is None else "its vocabulary is given, which needs every text for its weights"
        )

    def update(self, X: Any, y: Any = None) -> None:
        if np.ndim(X) != 1:
            raise ValueError("it takes one column of texts: name it in the ColumnTransformer as 'text', not ['text']")
        for text in X:
            terms = Counter(self.analyze(text))
            self.within.update(terms.keys())
            self.occurrences.update(terms.keys() if self.transformer.binary else terms)
            self.documents += 1

    def merge(self, other: Self) -> None:
        self.documents += other.documents
        self.within.update(other.within)
        self.occurrences.update(other.occurrences)

    def finish(self) -> Any:
        """Fitted on one text with the chosen terms as its vocabulary, which is then told to be a learned one."""
        terms = self._chosen()
        made = clone(self.transformer).set_params(vocabulary=terms, max_df=1.0, min_df=1, max_features=None)
        made.fit([""])
        if hasattr(made, "_tfidf") and made.use_idf:
            extra = int(made.smooth_idf)
            frequency = np.array([self.within[term] for term in terms], dtype=float) + extra
            made.idf_ = (np.log((self.documents + extra) / frequency) + 1.0).astype(made.dtype)
        made.fixed_vocabulary_ = False
        asked = self.transformer
        return made.set_params(
            vocabulary=None, max_df=asked.max_df, min_df=asked.min_df, max_features=asked.max_features
        )

    def _chosen(self) -> list[str]:
        """The terms that are neither too rare nor too frequent, and of those the most frequent; sorted."""
        terms = np.array(sorted(self.within), dtype=object)
        if not len(terms):
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        most, least = self._bound(self.transformer.max_df), self._bound(self.transformer.min_df)
        if most < least:
            raise ValueError("max_df corresponds to < documents than min_df")
        frequency = np.array([self.within[term] for term in terms])
        kept = (frequency <= most) & (frequency >= least)
        limit = self.transformer.max_features
        if limit is not None and kept.sum() > limit:
            totals = np.array([self.occurrences[term] for term in terms])
            chosen = np.where(kept)[0][(-totals[kept]).argsort()[:limit]]
            kept = np.zeros(len(terms), dtype=bool)
            kept[chosen] = True
        if not kept.any():
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        return [str(term) for term in terms[kept]]

    def _bound(self, bound: Any) -> float:
        return float(bound if isinstance(bound, int | np.integer) else bound * self.documents)
