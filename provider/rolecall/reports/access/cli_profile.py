"""A profile of the AWS config file, which the AWS CLI and every SDK read.

AWS page: Settings reference, AWS SDKs and Tools Reference Guide (Assume role credential provider).
"""

from rolecall.policy.operations import ASSUME_ROLE_WITH_WEB_IDENTITY

from .model import Access, Answer, unable

_TOOL = "a profile"
_DEFAULT = "default"


def cli_profile(access: Access) -> Answer:
    """The section of the config file."""
    missing = unable(access, _TOOL, ["source_identity", "session_tags"])
    if missing:
        return missing
    if access.way.operation == ASSUME_ROLE_WITH_WEB_IDENTITY:
        return _by_token(access)
    if access.way.mfa and access.mfa_serial is None:
        return Answer(note="the trust asks for MFA: give mfa_serial, the ARN of the caller's MFA device")
    return Answer(
        _section(
            access,
            source_profile=access.source_profile or _DEFAULT,
            external_id=access.way.external_id,
            mfa_serial=access.mfa_serial,
            duration_seconds=access.duration_seconds,
        )
    )


def _by_token(access: Access) -> Answer:
    if access.token_file is None:
        return Answer(note="give token_file, the path of the file that holds the provider's token")
    fixed = None if access.duration_seconds is None else f"{_TOOL} can't say how long such a session lasts"
    return Answer(_section(access, web_identity_token_file=access.token_file), fixed)


def _section(access: Access, **settings: object) -> str:
    """Values need no quotes: line breaks, which would end them, are in none of the formats."""
    name = f'"{access.name}"' if " " in access.name else access.name
    whole = {
        "role_arn": access.role_arn,
        **settings,
        "role_session_name": access.way.session_name,
        "region": access.region,
    }
    lines = [f"{key} = {value}" for key, value in whole.items() if value is not None]
    return "\n".join([f"[profile {name}]", *lines])
