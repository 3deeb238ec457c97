"""boto3 clients that know nothing of the machine's own AWS configuration."""

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from .credentials import Credentials

if TYPE_CHECKING:
    import boto3


_session_lock = threading.Lock()


class Clients:
    """Makes clients and closes them together; safe to use from many threads."""

    def __init__(self) -> None:
        self._made: list[Any] = []

    def make(self, service: str, credentials: Credentials, *, endpoint_url: str, region: str) -> Any:
        """Return a client that does not retry."""
        from botocore.config import Config  # noqa: PLC0415 - importing rolecall.sandbox must stay cheap

        with _session_lock:
            # boto3's stubs know services by their literal names only; this is the dynamic edge.
            make: Any = _session().client
            client = make(
                service,
                aws_access_key_id=credentials.access_key_id,
                aws_secret_access_key=credentials.secret_access_key,
                aws_session_token=credentials.session_token,
                region_name=region,
                endpoint_url=endpoint_url,
                config=Config(proxies={}, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
            self._made.append(client)
            return client

    def close(self) -> None:
        """Close the connections of every client made."""
        with _session_lock:
            for client in self._made:
                client.close()
            self._made.clear()


@cache
def _session() -> "boto3.Session":
    """Return the one Session, which is costly to make and not safe to make clients from many threads."""
    import boto3  # noqa: PLC0415 - importing rolecall.sandbox must stay cheap
    import botocore.session  # noqa: PLC0415

    # Neither the profile chosen in the environment nor the files of the machine have a say.
    isolated = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session(botocore_session=isolated)
