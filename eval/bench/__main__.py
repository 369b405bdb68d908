"""``python -m eval.bench [speed|scale|kills|mutations|injection|load] ...``: speed against the plain LlamaIndex quickstart, a
library of 100,000 passages, kills at random moments, false sentences that the check must catch, reports that give a language
model orders, or many users of the page."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

BENCHES = ("speed", "scale", "kills", "mutations", "injection", "load")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a bench, speed when none is named.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        The bench's exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments.pop(0) if arguments and arguments[0] in BENCHES else BENCHES[0]
    if arguments and not arguments[0].startswith("-") and name == BENCHES[0]:
        print(f"eval.bench {arguments[0]}: no such bench; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    # Each bench is a command of its own too and reads its arguments where a command does.
    sys.argv = [f"python -m eval.bench {name}", *arguments]
    return int(importlib.import_module(f"eval.bench.{name}").main())


if __name__ == "__main__":
    sys.exit(main())
