"""The signals by which a command that runs for long is told to end what it started."""

import signal


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return them; a terminal that closes is one, unless `nohup` says that the command shall outlive it."""
    usual = (signal.SIGTERM, signal.SIGINT)
    is_to_outlive = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return usual if is_to_outlive else (*usual, signal.SIGHUP)
