"""What a trust policy says: build it, read it, decide by it; standard library only."""

from .arn import Arn, account_root
from .building import build_trust_policy, check_size, to_json
from .caller_policy import RoleToAssume, caller_policy, check_inline_size, check_role_arns
from .canonical import canonical, canonical_hash
from .conditions import OPERATORS, ConditionTest, Quantifier
from .decision import Answer, Bar, Decision, Mismatch, Permission, PolicyKind, Side, StatementRef
from .declaration import read_trusts
from .demands import Demands, demands
from .document import parse
from .evaluate import CallerSide, Guardrails, decide, permit
from .external_id import ENTROPY_BYTES, external_id
from .principals import Principals
from .request import UNKNOWN, ContextValue, Principal, Request, Unknown, Use
from .role_settings import RoleSettings, read_role_settings
from .statement import Policy, Statement
from .trust import Trust
from .way_in import WayIn, read_way_in

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
    "Permission",
    "Policy",
    "PolicyKind",
    "Principal",
    "Principals",
    "Quantifier",
    "Request",
    "RoleSettings",
    "RoleToAssume",
    "Side",
    "Statement",
    "StatementRef",
    "Trust",
    "Unknown",
    "Use",
    "WayIn",
    "account_root",
    "build_trust_policy",
    "caller_policy",
    "canonical",
    "canonical_hash",
    "check_inline_size",
    "check_role_arns",
    "check_size",
    "decide",
    "demands",
    "external_id",
    "parse",
    "permit",
    "read_role_settings",
    "read_trusts",
    "read_way_in",
    "to_json",
]
