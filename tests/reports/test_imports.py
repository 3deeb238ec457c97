"""The room's doors: what it loads, and what it promises."""

import subprocess
import sys

import rolecall.reports


def test_reports_load_neither_boto3_nor_pulumi_nor_rich() -> None:
    """Sentences are used where nothing is drawn, so only the table's module loads rich."""
    program = (
        "import sys, rolecall.reports;"
        "print({'boto3', 'botocore', 'pulumi', 'rich', 'click', 'moto'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_every_promised_name_is_there() -> None:
    """``__all__`` is sorted and true."""
    assert sorted(rolecall.reports.__all__) == rolecall.reports.__all__
    assert all(hasattr(rolecall.reports, name) for name in rolecall.reports.__all__)
