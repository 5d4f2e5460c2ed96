"""Messages arrive whole and in order, however the bytes are cut, and sending never blocks."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.executors.process.channel import Channel


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    a, b = socket.socketpair()
    with a, b:
        yield Channel(a), Channel(b)


def test_messages_arrive_in_order(ends: tuple[Channel, Channel]) -> None:
    ends[0].send(b"one", b"body")
    ends[0].send(b"two")
    assert ends[1].receive() == [(b"one", b"body"), (b"two", b"")]
    assert ends[1].receive() == []


def test_a_message_larger_than_the_socket_takes_waits_in_the_backlog(ends: tuple[Channel, Channel]) -> None:
    body = bytes(range(256)) * 40_000
    ends[0].send(b"head", body)
    assert ends[0].backlog
    received: list[tuple[bytes, bytes]] = []
    while not received:
        received = ends[1].receive()
        ends[0].flush()
    assert received == [(b"head", body)]
    assert not ends[0].backlog


def test_the_other_ends_end_is_told_when_receiving(ends: tuple[Channel, Channel]) -> None:
    ends[1].send(b"last words")
    ends[1].close()
    ends[0].send(b"nobody hears this")
    assert ends[0].receive() == [(b"last words", b"")]
    with pytest.raises(EOFError):
        ends[0].receive()


@given(st.lists(st.tuples(st.binary(), st.binary()), max_size=5), st.integers(1, 7))
def test_bytes_may_come_in_any_pieces(messages: list[tuple[bytes, bytes]], size: int) -> None:
    a, b = socket.socketpair()
    c, d = socket.socketpair()
    with a, b, c, d:
        sender, receiver = Channel(a), Channel(d)
        for head, body in messages:
            sender.send(head, body)
        a.shutdown(socket.SHUT_WR)
        received = []
        while piece := b.recv(size):
            c.sendall(piece)
            received += receiver.receive()
    assert received == messages
