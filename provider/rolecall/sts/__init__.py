"""How credentials are got, and how STS and IAM are asked: boto3, behind the protocols of ``verification``."""

from .credentials import Defaults, default_region
from .errors import ERRORS, ErrorRow, Meaning
from .opening import Credentials

__all__ = ["ERRORS", "Credentials", "Defaults", "ErrorRow", "Meaning", "default_region"]
