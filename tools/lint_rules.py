"""Writes docs/lint.md: how to lint, and every rule with its examples, as the table of rules says.

`python -m tools.lint_rules` rewrites the page; `tests/docs/` says so when it has fallen behind.
"""

import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from rolecall.cli import main as rolecall
from rolecall.lint import TOPICS, Example, LintContext, Rule

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/lint.md"
_SHOWN_CHARACTERS: Final = 400

_TRUST: Final = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEqualsIfExists": {"sts:ExternalId": "acme-3f1c9a0e7b52"}}
    }
  ]
}
"""

_HEAD: Final = """# Linting trust policies

`rolecall lint` finds what is wrong with trust policies without any call to AWS: who gets in that shouldn't,
and what doesn't do what it seems to. A rule doesn't look for words: it asks whether there is a request that
gets in, has the evaluator confirm it, and shows it. This page is made from the rules by `python -m
tools.lint_rules`.

<!-- test: file trust.json -->
```json
%(trust)s```

<!-- test: run 1 -->
```sh
rolecall lint trust.json
```

```text
%(answer)s```

| it reads | from |
|---|---|
| a trust policy | a file of its own; `--role ARN` says whose |
| the roles of an account | `aws iam get-role`, `list-roles`, `get-account-authorization-details` |
| roles that will be | `terraform show -json PLAN`, `pulumi preview --json` |
| roles that are | `terraform show -json`, `pulumi stack export` |

What kind of file it is, is found out; `-` is standard input. URL-encoded documents are decoded. A trust
policy that a plan doesn't know yet, or that is encrypted in a state, isn't looked at; stderr says so.

- It ends with 0 where nothing was found, 1 where something was at or above `--severity` (default
  `warning`), 2 on bad input, 3 where nothing was found but a policy couldn't be looked at.
- `--format json` answers machines; a witness there has the shape of a line of `rolecall explain --batch`.
  `--format sarif` writes SARIF 2.1.0 for code hosts.
- `--own-account ID`, and `own_accounts` of the requirements, say which accounts are no third parties; a
  role's own account never is.
- `--require FILE` makes every broken requirement an error by the id `require-…`. The file is that of
  [verifying](verifying.md), or has the section `require`.

## Accepting findings

In a file for `--accept`, or in `.rolecall-accept.yaml`, which is read without being named. `rolecall.yaml`
can hold the sections `accept` and `require` side by side.

<!-- test: file .rolecall-accept.yaml -->
```yaml
accept:
  - rule: external-id-guessable
    where: vendor-audit#/Statement/0
    reason: the vendor can't change the ID before its next release
    until: 2027-01-31
```

`where` is the role's ARN or name, or the file's name, with `*` and `?` as wildcards; what follows a `#` is
a place in the trust policy. A reason is required. After its last day (UTC) an acceptance has expired: the
finding counts again, and says so. SARIF shows what is accepted as suppressed.

In a Pulumi program the findings on a declared role are warnings of the preview, and are accepted where the
role is declared: `accept=[{"rule": …, "reason": …, "until": …}]` of `CrossAccountRole`; a `where` there is a
place in its trust policy.

From Python, `rolecall.lint.lint_document(document, context=LintContext(…))` gives the same findings.

## Rules

An `error` lets somebody in, locks somebody out, or is refused by AWS; a `warning` is weak; a `note` is
style. Each rule shows statements in which it finds something, and statements that do the same right.
"""


def page() -> str:
    """The whole page, as the rules stand."""
    sections = [_section(topic, rules) for topic, rules in TOPICS.items()]
    return "\n".join([_HEAD % {"trust": _TRUST, "answer": _answer()}, *sections])


def _answer() -> str:
    """What the command says to the policy on the page."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("trust.json").write_text(_TRUST, encoding="utf-8")
        return CliRunner().invoke(rolecall, ["lint", "trust.json"]).stdout


def _section(topic: str, rules: tuple[Rule, ...]) -> str:
    return f"### {topic}\n\n" + "\n".join(map(_rule, rules))


def _rule(rule: Rule) -> str:
    about = f"`{rule.id}`: **{rule.severity}**. {rule.why} (AWS: {rule.page}.)"
    lines = [*_example("found", rule.bad), *_example("fine", rule.good)]
    return "\n".join([f"#### {rule.title}", "", about, "", "```text", *lines, "```", ""])


def _example(word: str, example: Example) -> Iterator[str]:
    known = _known(example.context)
    head = {name: value for name, value in example.document.items() if name != "Statement"}
    version = "" if head.get("Version") == "2012-10-17" else f" with {json.dumps(head)}"
    yield f"{word}{version}{f', {known}' if known else ''}:"
    for statement in example.document["Statement"]:
        text = json.dumps(statement)
        yield f"  {text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + '…'}"


def _known(context: LintContext) -> str:
    said = []
    for field in dataclasses.fields(context):
        value = getattr(context, field.name)
        if value and value != field.default:
            words = field.name.replace("_", " ")
            said.append(f"{words} {', '.join(sorted(value)) if isinstance(value, frozenset) else value}")
    return "; ".join(said)


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
