"""Room for tasks: shared by lines, fair between them, lost by nobody."""

from hypothesis import given
from hypothesis import strategies as st

from penstock.core.ids import TaskPath
from penstock.engine.slots import Room

A, B, C, D = (TaskPath(name) for name in "abcd")


def taken(line) -> list[str]:
    paths = []
    while (path := line.next()) is not None:
        paths.append(path)
    return paths


def test_a_line_is_served_in_order_as_far_as_there_is_room():
    line = Room(2).line()
    for path in (A, B, C):
        line.queue(path, None)
    assert taken(line) == [A, B]
    line.free(A)
    assert taken(line) == [C]


def test_a_task_that_asks_for_more_than_there_is_gets_all():
    line = Room(2).line()
    line.queue(A, 64.0)
    line.queue(B, 1.0)
    assert taken(line) == [A]
    line.free(A)
    assert taken(line) == [B]


def test_a_fan_out_does_not_keep_a_small_run_waiting():
    room = Room(2)
    woken = []
    big, small = room.line(), room.line(wake=lambda: woken.append("small"))
    for number in range(10_000):
        big.queue(TaskPath(f"t{number}"), None)
    assert taken(big) == ["t0", "t1"]
    small.queue(A, None)
    assert taken(small) == []
    big.free(TaskPath("t0"))
    assert woken == ["small"]
    assert (taken(big), taken(small)) == ([], [A])


def test_a_task_that_asks_for_much_is_not_overtaken_for_ever():
    room = Room(2)
    one, other = room.line(), room.line()
    other.queue(B, 1.0)
    one.queue(A, 1.0)
    assert (taken(other), taken(one)) == ([B], [A])
    other.queue(C, 2.0)
    one.queue(D, 1.0)
    other.free(B)
    assert (taken(one), taken(other)) == ([], []), "C has least and is next; D does not slip in before it"
    one.free(A)
    assert (taken(one), taken(other)) == ([], [C])


def test_a_run_takes_no_more_than_its_own_limit():
    room = Room(4)
    line, other = room.line(limit=1), room.line()
    for path in (A, B):
        line.queue(path, None)
    assert taken(line) == [A]
    other.queue(C, 3.0)
    assert taken(other) == [C]


def test_a_task_in_line_twice_has_one_place():
    line = Room(4).line()
    line.queue(A, None)
    line.queue(A, None)
    line.queue(B, None)
    assert taken(line) == [A, B]
    line.free(A)
    line.free(A)
    line.queue(C, 4.0)
    assert taken(line) == []
    line.free(B)
    assert taken(line) == [C]


def test_who_leaves_gives_back_all_places():
    room = Room(2)
    woken = []
    one, other = room.line(), room.line(wake=lambda: woken.append(1))
    for path in (A, B, C):
        one.queue(path, None)
    assert taken(one) == [A, B]
    other.queue(D, 2.0)
    one.close()
    assert taken(other) == [D]
    assert woken
    assert taken(one) == []


@given(
    cores=st.integers(1, 4),
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.sampled_from([None, 1.0, 2.0, 3.5, 9.0]))),
)
def test_there_is_never_more_given_than_there_is_and_everybody_gets_a_place(cores, steps):
    room = Room(cores)
    lines = [room.line() for _ in range(3)]
    working: dict[tuple[int, str], float] = {}
    asked, served = 0, 0

    def serve():
        nonlocal served
        for number, line in enumerate(lines):
            for path in taken(line):
                working[number, path] = line.taken[path]
                served += 1
        assert sum(working.values()) <= cores

    for step, (number, finish, wants) in enumerate(steps):
        lines[number].queue(TaskPath(f"t{step}"), wants)
        asked += 1
        serve()
        for key in list(working)[:finish]:
            lines[key[0]].free(TaskPath(key[1]))
            del working[key]
        serve()
    while working:
        number, path = next(iter(working))
        del working[number, path]
        lines[number].free(TaskPath(path))
        serve()
    assert served == asked
