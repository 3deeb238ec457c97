"""Notices answers that AWS didn't give: a proxy's page, a guest network's, that of a wrong endpoint."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from botocore.exceptions import BotoCoreError

_SPEAK_XML: Final = ("sts", "iam")
"""Services that never answer with a web page; a download from S3 may be one."""


class NotAwsError(BotoCoreError):
    """A web page came where AWS's XML should; botocore (1.43) would raise something of no family for it."""

    fmt = "a web page came instead of an answer of AWS (HTTP status {status})"


def watch(client: Any, service: str) -> None:
    """Lets a client raise ``NotAwsError`` for such an answer; botocore retries those of 500 to 599."""
    if service in _SPEAK_XML:
        client.meta.events.register(f"before-parse.{service}", _refuse_web_page)


def _refuse_web_page(response_dict: Mapping[str, Any], **_: object) -> None:
    status = response_dict["status_code"]
    kind = response_dict["headers"].get("content-type", "")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and kind.startswith("text/html"):
        raise NotAwsError(status=status)
