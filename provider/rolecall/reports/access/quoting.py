"""Texts as literals of other languages, so that nothing in them is taken for anything else."""

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LAST_OF_FOUR_DIGITS = 0xFFFF


def quoted(text: str) -> str:
    """A text in double quotes, with the escapes that Python, YAML and HCL have in common."""
    return f'"{"".join(map(_escaped, text))}"'


def quoted_for_hcl(text: str) -> str:
    """A text for Terraform, in which ``${`` and ``%{`` would begin a template."""
    return quoted(text).replace("${", "$${").replace("%{", "%%{")


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"
