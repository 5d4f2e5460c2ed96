"""If, Elif, Else over every type of value, nested, one in another; what is not taken is skipped."""

from kfp import dsl

SINCE = "2.4"


@dsl.component
def make_int() -> int:
    return 7


@dsl.component
def make_text() -> str:
    return "it's \"quoted\" and {{$.inputs}} == 'x' or true"


@dsl.component
def make_flag() -> bool:
    return True


@dsl.component
def make_number() -> float:
    return 0.1 + 0.2


@dsl.component
def took(branch: str):
    print(branch)


@dsl.component
def never(branch: str):
    raise AssertionError(f"this branch must not be taken: {branch}")


@dsl.pipeline(name="branches")
def branches(
    limit: int = 5,
    word: str = "it's \"quoted\" and {{$.inputs}} == 'x' or true",
    flag: bool = False,
    ratio: float = 2.0,
):
    number = make_int().output
    with dsl.If(number > limit, name="over"):
        took(branch="7 > 5")
        with dsl.If(number == 8):
            never(branch="7 == 8")
        with dsl.Elif(number >= 7):
            took(branch="7 >= 7")
        with dsl.Else():
            never(branch="else of 7 >= 7")
    with dsl.Else():
        never(branch="else of 7 > 5")

    text = make_text().output
    with dsl.If(text == "x"):
        never(branch="injected")
    with dsl.Elif(text == 'say "x" || true'):
        never(branch="injected from the other side")
    with dsl.Elif(text == word):
        took(branch="the same text")
    with dsl.Else():
        never(branch="text did not compare")

    with dsl.If(word != text):
        never(branch="a quote is a letter")
    with dsl.If(flag == True):
        never(branch="False == True")
    with dsl.If(make_flag().output == True):
        took(branch="True == True")
    with dsl.If(make_number().output < ratio):
        took(branch="0.3 < 2.0")
    with dsl.If(make_number().output <= 0.25):
        never(branch="0.3 <= 0.25")
    with dsl.If(number != limit):
        took(branch="channel against channel")
