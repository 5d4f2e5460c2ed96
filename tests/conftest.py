"""What holds for every test."""

import signal

# A suite that a shell started in the background, or under `nohup`, ignores these, and so would every program that it
# starts: what is tested then would not be what a person at a terminal gets.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
