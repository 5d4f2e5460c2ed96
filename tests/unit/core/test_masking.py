"""Secrets do not come through, wherever the stream breaks."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from penstock.core.masking import MASK, Masker, mask_text

letters = st.text("abc", min_size=1, max_size=5)


def streamed(pieces: list[bytes], secrets: list[str]) -> bytes:
    masker = Masker(secrets)
    return b"".join([*(masker.feed(piece) for piece in pieces), masker.flush()])


def test_a_secret_is_replaced_and_the_rest_stays() -> None:
    assert mask_text("the password is hunter2, not hunter3", ["hunter2"]) == "the password is ***, not hunter3"


def test_of_two_secrets_that_begin_alike_the_longer_counts() -> None:
    assert mask_text("abcdef", ["abcd", "abcdef"]) == MASK
    assert streamed([b"abcd", b"ef!"], ["abcd", "abcdef"]) == b"***!"


def test_what_cannot_be_the_beginning_of_a_secret_is_not_held_back() -> None:
    masker = Masker(["hunter2"])
    assert masker.feed(b"ready> ") == b"ready> "
    assert masker.feed(b"say hunt") == b"say "
    assert masker.feed(b"ing") == b"hunting"


def test_letters_of_regular_expressions_are_letters() -> None:
    assert streamed([b"a.c abc (x|y)"], ["a.c", "(x|y)"]) == b"*** abc ***"


def test_bytes_that_are_no_text_pass() -> None:
    assert streamed([b"\xff\xfehunter2\xff"], ["hunter2"]) == b"\xff\xfe***\xff"


@given(
    text=st.text("abc", max_size=30),
    secrets=st.lists(letters, min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 30)),
)
@example(text="abab", secrets=["aba", "bab"], cuts=[2])
def test_a_stream_is_masked_as_its_whole_text_is(text: str, secrets: list[str], cuts: list[int]) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end].encode() for start, end in pairwise(edges)]
    assert streamed(pieces, secrets).decode() == mask_text(text, secrets)


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_secret_is_found_wherever_it_is_cut(length: int, cut: int) -> None:
    secret = "".join(chr(ord("a") + index % 26) for index in range(length))
    text = f"ab{secret}yz".encode()
    assert streamed([text[:cut], text[cut:]], [secret]) == mask_text(text.decode(), [secret]).encode()
