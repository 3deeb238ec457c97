"""Lists what is installed in the Python that runs this file, as JSON on standard output.

Run as a file under the program's Python, which need not be the language host's; standard library only.
"""

import json
import sys
from importlib import metadata
from typing import TypedDict


class Plugin(TypedDict):
    """A Pulumi plugin that an installed package needs; `version` and `server` may be empty."""

    name: str
    version: str
    server: str


def plugins() -> list[Plugin]:
    """The plugins that installed packages ask for in their pulumi-plugin.json, by name."""
    found: dict[str, Plugin] = {}
    for distribution in metadata.distributions():
        if not distribution.metadata["Name"].lower().startswith("pulumi"):
            continue
        for file in distribution.files or ():
            if file.name != "pulumi-plugin.json" or len(file.parts) != 2:  # noqa: PLR2004 - package/file
                continue
            wanted = json.loads(file.read_text())
            if wanted.get("resource"):
                name = wanted.get("name") or file.parts[0].removeprefix("pulumi_").replace("_", "-")
                found[name] = Plugin(
                    name=name,
                    version=wanted.get("version") or distribution.version,
                    server=wanted.get("server") or "",
                )
    return [found[name] for name in sorted(found)]


def dependencies() -> list[tuple[str, str]]:
    """Name and version of every installed package, by name."""
    return sorted((each.metadata["Name"], each.version) for each in metadata.distributions())


if __name__ == "__main__":
    print(json.dumps({"plugins": plugins, "dependencies": dependencies}[sys.argv[1]]()))
