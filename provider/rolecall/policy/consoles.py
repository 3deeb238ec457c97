"""Where people sign in to AWS and find the console, by partition.

AWS pages: AWS Sign-In endpoints and quotas; Enable custom identity broker access to the AWS console.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Console:
    """The hosts of one partition's console.

    Attributes:
        sign_in: where a session begins; a region's own host has the region in front.
        home: where the console is; likewise.
        regionless: the region whose hosts have no region in front, where there is such a one.
    """

    sign_in: str
    home: str
    regionless: str | None = None

    def sign_in_host(self, region: str | None = None) -> str:
        """The host for signing in, of the partition or of one region.

        A session of a region that an account has to enable first is taken by that region's host only.
        """
        return self._of(region, self.sign_in)

    def home_host(self, region: str | None = None) -> str:
        """The host of the console, of the partition or of one region."""
        return self._of(region, self.home)

    def _of(self, region: str | None, host: str) -> str:
        return host if region in {None, self.regionless} else f"{region}.{host}"


CONSOLES: Final[Mapping[str, Console]] = MappingProxyType(
    {
        "aws": Console("signin.aws.amazon.com", "console.aws.amazon.com"),
        "aws-cn": Console("signin.amazonaws.cn", "console.amazonaws.cn"),
        "aws-us-gov": Console(
            "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com", regionless="us-gov-west-1"
        ),
    }
)
"""The partitions whose consoles are known."""
