"""Sizes and signals in words, for messages."""

import signal


def bytes_in_words(count: int) -> str:
    """`532 B`, `1.5 MB`, `2.04 GB`: decimal units, as `memory=` takes them."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{count} B" if unit == "B" else f"{size:.2f} {unit}" if unit == "GB" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} TB"


def signal_in_words(number: int) -> str:
    """`signal 9 (SIGKILL, Killed)`, or the number alone where it has no name."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    words = signal.strsignal(number)
    return f"signal {number} ({name}, {words})" if words else f"signal {number} ({name})"
