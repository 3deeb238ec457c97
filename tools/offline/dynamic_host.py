"""Serves dynamic providers with the SDK's own server, and ends with the engine that started it.

Run as a file, under the program's Python, which may have nothing but the SDK installed: so this needs
the standard library and its neighbour `lifeline` only.
"""

import importlib
import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run `python -m pulumi.dynamic` in this process, until the engine ends it or is gone."""
    importlib.import_module("lifeline").watch_engine(lambda: os._exit(0))
    # As `python -m` does: the program's own modules, which hold its providers, lie in the working folder.
    sys.path[0] = str(Path.cwd())
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
