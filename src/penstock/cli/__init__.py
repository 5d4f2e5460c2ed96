"""The command line: arguments in, text out. What a command does is done below, in `platform`."""


def main() -> int:
    """The entry point of the `penstock` program; returns its exit code."""
    from penstock.cli.app import main as run_program

    return run_program()
