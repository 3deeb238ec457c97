"""The link by which a person switches to a role in the AWS console.

AWS page: Switch from a user to an IAM role (console).
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from rolecall.policy import Arn, Policy, demands
from rolecall.policy.consoles import CONSOLES


@dataclass(frozen=True, slots=True)
class SwitchRole:
    """A link to switch to a role, or why there is none.

    Attributes:
        url: the link; ``None`` where nobody could use it.
        note: why there is none; ``None`` where there is one.
    """

    url: str | None = None
    note: str | None = None


def switch_role(role_arn: str, policy: Policy) -> SwitchRole:
    """The link for a role with this trust policy.

    Args:
        role_arn: ARN of the role.
        policy: its trust policy.

    Raises:
        DeclarationError: ``role_arn`` is no ARN.
    """
    arn = Arn.parse(role_arn)
    people = [each for each in demands(policy) if any(who.kind == "AWS" for who in each.principals)]
    if not people:
        return SwitchRole(note="the trust policy lets in no users, and no roles that people sign in to")
    if all(each.mentions_external_id for each in people):
        return SwitchRole(note="an external ID is required, which the console can't send")
    console = CONSOLES.get(arn.partition)
    if console is None:
        return SwitchRole(note=f"the address of the console of partition {arn.partition} isn't known")
    path_and_name = f"{arn.path}{arn.name}".lstrip("/")
    query = urlencode({"account": arn.account, "roleName": path_and_name, "displayName": arn.name}, safe="/")
    return SwitchRole(url=f"https://{console.sign_in}/switchrole?{query}")
