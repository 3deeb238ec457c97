"""Questions to STS about what somebody has in hand: an encoded denial, an access key."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.errors import ProbeError

from .credentials import Keys
from .errors import sentence_of


def decode(keys: Keys, message: str, *, region: str) -> Mapping[str, Any]:
    """What an encoded authorization message says (AWS page: DecodeAuthorizationMessage).

    Args:
        keys: who may call ``sts:DecodeAuthorizationMessage`` in the account of the refused call.
        message: as the refusal gave it.
        region: STS endpoint.

    Raises:
        ProbeError: STS doesn't decode it, or can't be reached.
    """
    try:
        answer = keys.sts(region).decode_authorization_message(EncodedMessage=message)
        document: Any = json.loads(answer["DecodedMessage"])
    except (ClientError, BotoCoreError) as error:
        raise ProbeError(f"the message can't be decoded: {sentence_of(error)}") from error
    except ValueError as error:
        raise ProbeError("what STS decoded isn't JSON, so it can't be explained.") from error
    if not isinstance(document, dict):
        raise ProbeError("what STS decoded isn't a JSON object, so it can't be explained.")
    return document


def account_of_key(keys: Keys, access_key_id: str, *, region: str) -> str:
    """The account that an access key belongs to, 12 digits (AWS page: GetAccessKeyInfo).

    Raises:
        ProbeError: STS doesn't say, or can't be reached.
    """
    try:
        return keys.sts(region).get_access_key_info(AccessKeyId=access_key_id)["Account"]
    except (ClientError, BotoCoreError) as error:
        raise ProbeError(f"{access_key_id}: {sentence_of(error)}") from error
