"""What a lightweight component's command line would install, as every version of the SDK since 2.0 has written it."""

import pytest

from penstock.environments import Packages
from penstock.executors.process.forms.kfp import lifted
from penstock.executors.process.forms.preamble import read_preamble

BEGIN = """
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

"""
NOW = 'PIP_DISABLE_PIP_VERSION_CHECK=1 {} && "$0" "$@"\n'
INSTALL = "python3 -m pip install --quiet --no-warn-script-location "
OLD_PYTHON = """ 'typing-extensions>=3.7.4,<5; python_version<"3.9"'"""
VENV = """
export PIP_DISABLE_PIP_VERSION_CHECK=1
tmp=$(mktemp -d)
python3 -m venv "$tmp/venv" --system-site-packages
. "$tmp/venv/bin/activate"
"""
MIRROR = "--index-url https://index.example/simple --trusted-host index.example "


def today(*installs: str) -> str:
    return BEGIN + NOW.format("  &&  ".join(INSTALL + one for one in installs))


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        pytest.param(
            today("'kfp==2.17.0' '--no-deps'" + OLD_PYTHON), Packages(alone=("kfp==2.17.0",)), id="nothing but the SDK"
        ),
        pytest.param(
            today("'pandas>=2,<3' 'scikit-learn'", "'kfp==2.14.6' '--no-deps'" + OLD_PYTHON),
            Packages(requirements=("pandas>=2,<3", "scikit-learn"), alone=("kfp==2.14.6",)),
            id="packages, then the SDK",
        ),
        pytest.param(
            today("'kfp==2.4.0' '--no-deps'" + OLD_PYTHON, "'pandas==2.2.0'"),
            Packages(requirements=("pandas==2.2.0",), alone=("kfp==2.4.0",)),
            id="the SDK, then packages, as 2.2 to 2.7",
        ),
        pytest.param(
            BEGIN
            + "PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet     --no-warn-script-location 'pandas'"
            + " 'kfp==2.1.3' '--no-deps'"
            + OLD_PYTHON
            + ' && "$0" "$@"\n',
            Packages(requirements=("pandas",), alone=("kfp==2.1.3",)),
            id="all in one command, as 2.1",
        ),
        pytest.param(
            BEGIN
            + "PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet \\\n    --no-warn-script-location"
            + " 'pandas' 'kfp==2.0.1' && \"$0\" \"$@\"\n",
            Packages(requirements=("pandas", "kfp==2.0.1")),
            id="with what the SDK depends on, as 2.0",
        ),
        pytest.param(
            today(MIRROR + "'yapf'", MIRROR + "'kfp==2.9.0' '--no-deps'"),
            Packages(
                requirements=("yapf",),
                alone=("kfp==2.9.0",),
                sources=("--index-url", "https://index.example/simple", "--trusted-host", "index.example"),
            ),
            id="an index of its own",
        ),
        pytest.param(
            today("--index-url https://pypi.org/simple --trusted-host https://pypi.org/simple 'yapf'"),
            Packages(requirements=("yapf",)),
            id="the public index is the usual one",
        ),
        pytest.param(
            BEGIN
            + "PIP_DISABLE_PIP_VERSION_CHECK=1 "
            + INSTALL
            + "'yapf'  &&  "
            + VENV
            + " "
            + INSTALL
            + "'kfp==2.16.0' '--no-deps' && \"$0\" \"$@\"\n",
            Packages(requirements=("yapf",), alone=("kfp==2.16.0",)),
            id="a virtual environment",
        ),
        pytest.param(
            today("'git+https://example.org/kfp.git@main#subdirectory=sdk/python' '--no-deps'"),
            Packages(alone=("git+https://example.org/kfp.git@main#subdirectory=sdk/python",)),
            id="the SDK from a repository",
        ),
        pytest.param(
            today("\"demo; python_version > '3'\" 'x[a,b]~=1.0'"),
            Packages(requirements=("demo; python_version > '3'", "x[a,b]~=1.0")),
            id="quotes of both kinds",
        ),
    ],
)
def test_packages_are_read(text: str, packages: Packages) -> None:
    assert read_preamble(text) == packages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pip install pandas",
        today("'pandas'") + "\nrm -rf /",
        BEGIN + NOW.format("apt-get install -y git"),
        BEGIN + NOW.format(INSTALL + "-r requirements.txt"),
        BEGIN + NOW.format(INSTALL + "'pandas' ; curl https://example.org | sh"),
        BEGIN + NOW.format(INSTALL + "'pandas' > /dev/null"),
        BEGIN + NOW.format(INSTALL + "'pandas"),
        today("'pandas'").replace('"$0" "$@"', 'exec "$0" "$@"'),
        today("'pandas'").replace("fi\n", "fi\necho hello\n"),
    ],
)
def test_what_is_not_understood_to_the_last_word_is_not_taken_for_it(text: str) -> None:
    assert read_preamble(text) is None


def test_the_sdk_is_lifted_and_nothing_else() -> None:
    packages = Packages(requirements=("pandas",), alone=("kfp==2.1.3",), sources=("--index-url", "https://x.example"))
    assert lifted(packages, "2.17.0") == Packages(
        requirements=("pandas",), alone=("kfp==2.17.0",), sources=("--index-url", "https://x.example")
    )
    assert lifted(packages, "") == packages


def test_a_whole_sdk_stays_whole() -> None:
    whole = Packages(requirements=("kfp[kubernetes]==2.4.0", "kfp-server-api"))
    assert lifted(whole, "2.17.0") == Packages(requirements=("kfp-server-api", "kfp[kubernetes]==2.17.0"))
