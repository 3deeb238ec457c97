"""Every STS operation and parameter that botocore has is known to the sandbox."""

from collections.abc import Mapping

import botocore.session
import pytest
from botocore.model import ServiceModel, StructureShape
from tests.sandbox.helpers import refused, unchecked_sts

from rolecall.sandbox import Account, Sandbox
from rolecall.sandbox.sts.operations import OPERATIONS

STS: ServiceModel = botocore.session.get_session().get_service_model("sts")

REFUSED: Mapping[str, dict[str, object]] = {
    "assume_root": {
        "TargetPrincipal": "111111111111",
        "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
    },
    "get_delegated_access_token": {"TradeInToken": "token"},
}


@pytest.mark.parametrize("name", STS.operation_names)
def test_every_parameter_is_known(name: str) -> None:
    """No operation of botocore is without a row, and no row is without one of its parameters."""
    shape = STS.operation_model(name).input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}

    assert set(members) <= OPERATIONS[name].parameters


@pytest.mark.shows("AssumeRoot", "refused")
@pytest.mark.shows("GetDelegatedAccessToken", "refused")
@pytest.mark.parametrize("operation", REFUSED)
def test_operations_that_can_not_be_imitated(sandbox: Sandbox, workload: Account, operation: str) -> None:
    """An operation that has nothing to stand on here is refused with the reason, not imitated badly."""
    sts = unchecked_sts(sandbox, workload.admin)

    refusal = refused(getattr(sts, operation), **REFUSED[operation])
    assert (refusal.code, refusal.status) == ("NotImplemented", 501)
    assert "does not imitate" in refusal.message
