"""Writes docs/reference.md: the shapes that users write, as the code declares them.

`python -m tools.reference` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

import ast
import re
from collections.abc import Iterator
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
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    shapes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return "\n".join([_HEAD, *(_section(shape) for shape in shapes)])


def _section(shape: ast.ClassDef) -> str:
    about = ast.get_docstring(shape) or ""
    rows = "\n".join(f"| `{name}` | {kind} | {text} |" for name, kind, text in _fields(shape))
    return f"## {shape.name}\n\n{about}\n\n| field | type | meaning |\n|---|---|---|\n{rows}\n"


def _fields(shape: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    for field, following in zip(shape.body, shape.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(following, ast.Expr):
            text = ast.literal_eval(following.value)
            yield ast.unparse(field.target), _plain(ast.unparse(field.annotation)), " ".join(text.split())


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
