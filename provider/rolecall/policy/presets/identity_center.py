"""Trust in people who come by a permission set of IAM Identity Center."""

from .checks import PresetTrust, Values, several


def permission_set(*, name: Values, accounts: Values) -> PresetTrust:
    """Trust whoever has a permission set in an account (AWS page: Referencing permission sets).

    The role that Identity Center makes for it has a suffix that nobody knows beforehand, and the region in
    its path, except for us-east-1: any suffix and any region get in.

    Args:
        name: names of permission sets, without wildcards.
        accounts: IDs of the accounts in which they are assigned.
    """
    return {"accounts": list(several(accounts)), "permission_sets": list(several(name))}
