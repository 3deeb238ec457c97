"""Reads the ``verify`` of a program, with the calls to services that boto3 is asked about."""

from collections.abc import Mapping

from rolecall.errors import DeclarationError
from rolecall.verification import VerifySpec, read_verify


def verify_spec(raw: Mapping[str, object] | None, *, path: str = "verify") -> VerifySpec:
    """The checked form of a ``verify`` argument.

    Raises:
        DeclarationError: with every fault that was found; those of services, operations and their
            parameters only where nothing else is wrong.
    """
    spec = read_verify(raw, path=path)
    if spec.can_do:
        from rolecall.sts.service_calls import faults_of  # noqa: PLC0415 - boto3, only where asked for

        faults = faults_of(spec.can_do, path=path)
        if faults:
            raise DeclarationError(faults)
    return spec
