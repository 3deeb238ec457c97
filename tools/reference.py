"""Writes docs/reference.md: the shapes that users write, as the code declares them.

`python -m tools.reference` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "provider/rolecall/resources/args.py"
PAGE: Final = ROOT / "docs/reference.md"
_HEAD: Final = """# The shapes that users write

Plain dictionaries, typed for editors and type checkers; any value may be a Pulumi output. This page is made
from `provider/rolecall/resources/args.py` by `python -m tools.reference`.
"""
_INPUT: Final = re.compile(r"Input\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])+)\]")


def page() -> str:
    """The whole page, as the code stands."""
    public = [shape for name, shape in _shapes().items() if not name.startswith("_")]
    return "\n".join([_HEAD, *map(_section, public)])


@cache
def _shapes() -> Mapping[str, ast.ClassDef]:
    """All shapes by name; those that begin with an underscore are only what several have in common."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _section(shape: ast.ClassDef) -> str:
    about = ast.get_docstring(shape) or ""
    rows = "\n".join(
        f"| `{name}` | {_plain(ast.unparse(kind))} | {text} |" for name, kind, text in fields(shape)
    )
    return f"## {shape.name}\n\n{about}\n\n| field | type | meaning |\n|---|---|---|\n{rows}\n"


def fields(shape: ast.ClassDef) -> Iterator[tuple[str, ast.expr, str]]:
    """The fields of a shape, inherited ones too: name, annotation, and what the text below them says."""
    for field, following in zip(shape.body, shape.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(following, ast.Expr):
            text = ast.literal_eval(following.value)
            yield ast.unparse(field.target), field.annotation, " ".join(text.split())
    for base in map(ast.unparse, shape.bases):
        if base in _shapes():
            yield from fields(_shapes()[base])


def _plain(annotation: str) -> str:
    """A type without Pulumi's ``Input``: ``Sequence[str]`` for ``Input[Sequence[Input[str]]]``."""
    while (shorter := _INPUT.sub(r"\1", annotation)) != annotation:
        annotation = shorter
    return f"`{annotation}`".replace("``", "`")


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
