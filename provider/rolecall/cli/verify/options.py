"""The options of ``rolecall verify``, as they were given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .receipts import MAX_AGE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """The options as they were given.

    Attributes:
        role_arns: the roles to verify, unless one of the next three says where they are.
        file: a ``fleet.yaml``, which says everything that the options about callers and roles say.
        stack: a Pulumi stack.
        tfstate: a Terraform state.
        callers, strangers: profiles or ``ambient``; who must get in, and who must not.
        external_id, external_id_env: what callers send, or the environment variable that holds it.
        mfa_serial: ARN of the MFA device of the only caller.
        mfa_code_env, mfa_code_command: where its codes come from; neither means a prompt.
        session_name, source_identity: what callers send.
        regions: STS endpoints to ask.
        trust_policy: file with the trust policy that was declared.
        require: file with requirements.
        owner: profile that may read the roles.
        wait: for how many seconds after a change a wrong answer may be "not yet".
        can_do, cannot_do: calls to services that sessions must be able to make, or must not.
        receipt: where to write a receipt.
        with_receipts: receipts of others.
        receipt_max_age: how old those may be, in days.
        gates: fields of ``verify`` that go through as they are, and before what a file says.
        is_terminal: whether there is a person to ask.
        profiles: names of the profiles that the AWS configuration files have.
    """

    role_arns: tuple[str, ...] = ()
    file: Path | None = None
    stack: str | None = None
    tfstate: Path | None = None
    callers: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    external_id: str | None = field(default=None, repr=False)
    external_id_env: str | None = None
    mfa_serial: str | None = None
    mfa_code_env: str | None = None
    mfa_code_command: str | None = None
    session_name: str | None = None
    source_identity: str | None = None
    regions: tuple[str, ...] = ()
    trust_policy: Path | None = None
    require: Path | None = None
    owner: str | None = None
    wait: float | None = None
    can_do: tuple[str, ...] = ()
    cannot_do: tuple[str, ...] = ()
    receipt: Path | None = None
    with_receipts: tuple[Path, ...] = ()
    receipt_max_age: float = MAX_AGE_DAYS
    gates: Mapping[str, str] = field(default_factory=dict)
    is_terminal: bool = False
    profiles: Collection[str] = ()

    @property
    def in_state(self) -> bool:
        """Whether a stack or a state says which roles there are."""
        return self.stack is not None or self.tfstate is not None

    @property
    def patience(self) -> dict[str, object]:
        """Fields of ``verify`` that say how long a wrong answer may be "not yet"."""
        if self.wait is None:
            return {}
        return {"allowed_timeout_seconds": self.wait, "denied_timeout_seconds": self.wait}
