"""What a trust policy says: build it, read it, decide by it; standard library only."""

from .arn import Arn, account_root
from .building import build_trust_policy, check_size, to_json
from .canonical import canonical, canonical_hash
from .conditions import OPERATORS, ConditionTest, Quantifier
from .decision import Answer, Bar, Decision, Mismatch, PolicyKind, Side, StatementRef
from .declaration import read_trusts
from .demands import Demands, demands
from .document import parse
from .evaluate import CallerSide, Guardrails, decide
from .external_id import ENTROPY_BYTES, external_id
from .principals import Principals
from .request import UNKNOWN, ContextValue, Principal, Request, Unknown
from .role_settings import RoleSettings, read_role_settings
from .statement import Policy, Statement
from .trust import Trust

__all__ = [
    "ENTROPY_BYTES",
    "OPERATORS",
    "UNKNOWN",
    "Answer",
    "Arn",
    "Bar",
    "CallerSide",
    "ConditionTest",
    "ContextValue",
    "Decision",
    "Demands",
    "Guardrails",
    "Mismatch",
    "Policy",
    "PolicyKind",
    "Principal",
    "Principals",
    "Quantifier",
    "Request",
    "RoleSettings",
    "Side",
    "Statement",
    "StatementRef",
    "Trust",
    "Unknown",
    "account_root",
    "build_trust_policy",
    "canonical",
    "canonical_hash",
    "check_size",
    "decide",
    "demands",
    "external_id",
    "parse",
    "read_role_settings",
    "read_trusts",
    "to_json",
]
