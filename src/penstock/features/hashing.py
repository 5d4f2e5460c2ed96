"""Categories by their hash: a fixed number of columns, whatever categories there are or will be."""

from typing import Any

import numpy as np
from scipy import sparse

from penstock.features.frames import ColumnTransforming
from penstock.features.labels import hashes, labels


class CategoryHasher(ColumnTransforming):
    """One-hot encoding into `n_features` columns, which the hash of `column=category` chooses.

    No vocabulary is learned, so a category that training never saw has its place, too. Equal to what
    scikit-learn's `FeatureHasher` makes of `{column: category}`. A missing category gives nothing.

    Args:
        n_features: How many columns come out. Two categories may share one.
        alternate_sign: Let the hash choose the sign, so that those that share a column cancel out on average.
        sparse_output: Give SciPy's CSR matrix; else a NumPy array.
    """

    def __init__(self, n_features: int = 1024, *, alternate_sign: bool = True, sparse_output: bool = True) -> None:
        self.n_features = n_features
        self.alternate_sign = alternate_sign
        self.sparse_output = sparse_output

    def transform(self, X: Any) -> Any:
        """A matrix of float64 of `n_features` columns."""
        self._check_parameters()
        names, columns = self._columns(X)
        rows, places, signs = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0)]
        for name, column in zip(names, columns, strict=True):
            texts, codes = labels(column, name)
            hashed = hashes([f"{name}={text}" for text in texts])
            present = np.flatnonzero(codes >= 0)
            chosen = hashed[codes[present]]
            rows.append(present)
            places.append(np.abs(chosen) % self.n_features)
            signs.append(np.where(chosen >= 0, 1.0, -1.0) if self.alternate_sign else np.ones(len(chosen)))
        shape = (len(columns[0]) if columns else 0, self.n_features)
        at = (np.concatenate(rows), np.concatenate(places))
        matrix = sparse.coo_matrix((np.concatenate(signs), at), shape=shape).tocsr()
        return matrix if self.sparse_output else matrix.toarray()

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """`hash0`, `hash1`, …"""
        return np.array([f"hash{index}" for index in range(self.n_features)], dtype=object)

    def _check_parameters(self) -> None:
        if not 1 <= self.n_features < 2**31:
            raise ValueError(f"there are 1 to 2^31 - 1 columns, so n_features={self.n_features} cannot be")
