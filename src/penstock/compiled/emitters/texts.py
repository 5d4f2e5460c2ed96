"""Texts into counts of words: the analyzer of scikit-learn's vectorizers, vocabularies, hashes, weights.

A text is lowered and stripped of accents character by character, taken into words by a regular expression whose class
of word characters is Python's, and each word looked up.
"""

import unicodedata
from functools import cache
from typing import Any

import numpy as np

from penstock.compiled.emitters.characters import (
    LAST,
    NOTHING,
    joined,
    known_characters,
    replaced,
    split,
    with_a_row,
    without_the_row,
    word_characters,
)
from penstock.compiled.emitters.hashing import check_width, hash_of, scattered
from penstock.compiled.emitters.registry import emits
from penstock.compiled.emitters.weights import normalized, weighted_terms
from penstock.compiled.graph import ML, Block, CannotCompile, Graph, Part, numbers

_LEAST = {r"(?u)\b\w\w+\b": 2, r"\b\w\w+\b": 2, r"(?u)\w\w+": 2, r"\w\w+": 2, r"\w{2,}": 2,
          r"(?u)\b\w+\b": 1, r"\b\w+\b": 1, r"(?u)\w+": 1, r"\w+": 1}  # fmt: skip
"""How many characters a word has at least, for each known pattern of words."""
_REFUSED = "\ufdd3"
"""Stands for a character whose lower case depends on its neighbours: the Greek sigma."""


@emits("sklearn.CountVectorizer")
def count(vectorizer: Any, block: Block, graph: Graph) -> Block:
    check_width(len(vectorizer.vocabulary_))
    return numbers(_counts(vectorizer, block, graph), len(vectorizer.vocabulary_))


@emits("sklearn.TfidfVectorizer")
def tfidf(vectorizer: Any, block: Block, graph: Graph) -> Block:
    check_width(len(vectorizer.vocabulary_))
    return weighted_terms(vectorizer._tfidf, _counts(vectorizer, block, graph), len(vectorizer.vocabulary_), graph)


@emits("sklearn.HashingVectorizer")
def hashing(vectorizer: Any, block: Block, graph: Graph) -> Block:
    check_width(vectorizer.n_features)
    terms = _terms(vectorizer, block, graph)
    gone = graph.add("RegexFullMatch", terms, pattern=f"(?s).*{NOTHING}.*")
    texts = graph.add("Where", gone, graph.constant([["x"]], object), terms)
    signed = vectorizer.alternate_sign and not vectorizer.binary
    matrix = scattered(hash_of(texts, graph), gone, vectorizer.n_features, signed, graph)
    if vectorizer.binary:
        matrix = graph.cast(graph.add("Greater", matrix, graph.constant([[0.0]])), "double")
    return numbers(normalized(matrix, vectorizer.norm, graph), vectorizer.n_features)


def _counts(vectorizer: Any, block: Block, graph: Graph) -> str:
    """How often each term of the vocabulary occurs."""
    width = len(vectorizer.vocabulary_)
    codes = graph.add(
        "LabelEncoder",
        _terms(vectorizer, block, graph),
        domain=ML,
        keys_strings=list(vectorizer.vocabulary_),
        values_int64s=[int(place) for place in vectorizer.vocabulary_.values()],
        default_int64=width,
    )
    one = graph.add("Mul", graph.cast(codes, "double"), graph.constant([[0.0]]))
    one = graph.add("Add", one, graph.constant([[1.0]]))
    counted = graph.scatter_add(codes, one, width + 1)  # what is no term, into one column more
    start, end, axis = (graph.constant([value], np.int64) for value in (0, width, 1))
    counted = graph.add("Slice", counted, start, end, axis)
    if not vectorizer.binary:
        return counted
    return graph.cast(graph.add("Greater", counted, graph.constant([[0.0]])), "double")


def _terms(vectorizer: Any, block: Block, graph: Graph) -> str:
    """The words of each text and, where asked for, their sequences: `[rows, most]`, filled with what is no term."""
    column = _the_text(block)
    least = _words_have(vectorizer)
    graph.refuse(graph.is_missing(column))
    texts = _prepared(vectorizer, column.tensor, graph)
    words = split(texts, graph, tokenexp=f"[{word_characters()}]{{{least},}}")
    first, last = vectorizer.ngram_range
    sequences, found = words, [words] if first == 1 else []
    one, end, axis = (graph.constant([value], np.int64) for value in (1, 2**31, 1))
    space, zero, before = graph.constant([[" "]], object), graph.constant([0], np.int64), graph.constant([-1], np.int64)
    following = words
    for length in range(2, last + 1):
        following = graph.add("Slice", following, one, end, axis)
        shorter = graph.add("Slice", sequences, zero, before, axis)
        sequences = graph.add("StringConcat", graph.add("StringConcat", shorter, space), following)
        if length >= first:
            found.append(sequences)
    terms = found[0] if len(found) == 1 else graph.add("Concat", *found, axis=1)
    return without_the_row(terms, graph)


def _prepared(vectorizer: Any, texts: str, graph: Graph) -> str:
    """Lowered and without accents, as asked for; with a row more, which has each sequence that is asked for."""
    texts = with_a_row(texts, graph, " ".join(["xx"] * vectorizer.ngram_range[1]))
    others = _replacements(bool(vectorizer.lowercase), vectorizer.strip_accents)
    if not others:
        return texts
    characters = split(texts, graph)
    if vectorizer.strip_accents:
        beyond = f"(?s).*[^\\x{{0}}-\\x{{{LAST:x}}}].*"
        graph.refuse(without_the_row(graph.add("RegexFullMatch", texts, pattern=beyond), graph))
    made = joined(replaced(characters, others, graph), graph)
    if _REFUSED in others.values():
        doubtful = graph.add("RegexFullMatch", made, pattern=f"(?s).*{_REFUSED}.*")
        graph.refuse(without_the_row(doubtful, graph))
    return made


@cache
def _replacements(lower: bool, accents: str | None) -> dict[str, str]:
    """Each character that becomes another one, and what it becomes."""
    found = {}
    for character in known_characters():
        made = character.lower() if lower else character
        if accents == "unicode":
            made = "".join(c for c in unicodedata.normalize("NFKD", made) if not unicodedata.combining(c))
        elif accents == "ascii":
            made = unicodedata.normalize("NFKD", made).encode("ascii", "ignore").decode()
        if made != character:
            found[character] = made
    if lower and accents != "ascii":
        found["\N{GREEK CAPITAL LETTER SIGMA}"] = _REFUSED
    return found


def _words_have(vectorizer: Any) -> int:
    """How many characters a word has at least. Raises `CannotCompile` for what the graph cannot do."""
    for name in ("preprocessor", "tokenizer"):
        if getattr(vectorizer, name) is not None:
            raise CannotCompile(f"its {name} is a function of your own")
    if vectorizer.analyzer != "word":
        raise CannotCompile(f"analyzer={vectorizer.analyzer!r}; only words are known to the graph")
    if vectorizer.input != "content":
        raise CannotCompile(f"it reads files (input={vectorizer.input!r})")
    if vectorizer.strip_accents not in {None, "unicode", "ascii"}:
        raise CannotCompile("its `strip_accents` is a function of your own")
    if vectorizer.stop_words is not None and (
        vectorizer.ngram_range != (1, 1) or not hasattr(vectorizer, "vocabulary_")
    ):
        raise CannotCompile("stop words are left out before words are put into sequences, or hashed")
    if vectorizer.token_pattern not in _LEAST:
        raise CannotCompile(rf"token_pattern={vectorizer.token_pattern!r}; known are \w+ and \w\w+, with or without \b")
    return _LEAST[vectorizer.token_pattern]


def _the_text(block: Block) -> Part:
    if len(block.parts) != 1 or block.parts[0].type != "string":
        raise CannotCompile("it takes one column of texts")
    return block.parts[0]
