"""Which profiles there are to choose from."""

from botocore.exceptions import ConfigParseError
from botocore.session import Session

from rolecall.errors import DeclarationError, Fault


def known_profiles() -> tuple[str, ...]:
    """The names of the profiles in the AWS configuration files.

    Raises:
        DeclarationError: such a file can't be read.
    """
    try:
        return tuple(Session().available_profiles)
    except ConfigParseError as error:
        raise DeclarationError([Fault("", str(error), "Correct the AWS configuration file")]) from error
