"""``python -m rag.cli``: the command line without the installed script."""

import sys

from rag.cli import main

sys.exit(main())
