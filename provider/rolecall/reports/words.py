"""What people call the probes, outcomes and verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rolecall.verification.model import EnforcedBy, ProbeKind, Verdict


@dataclass(frozen=True, slots=True)
class ProbeWords:
    """One kind of probe in words.

    Attributes:
        title: in a table.
        manner: in a sentence, after "got in" or "was refused".
        gap: what is wrong with a trust policy that lets it in.
        remedy: what closes the gap; an imperative without a full stop.
        joint: what stands between ``manner`` and the label of the single probe.
    """

    title: str
    manner: str
    gap: str
    remedy: str
    joint: str = " "


PROBES: Final[Mapping[ProbeKind, ProbeWords]] = MappingProxyType(
    {
        ProbeKind.AS_DECLARED: ProbeWords(
            "as declared",
            "with the declared call",
            "the trust policy lets in the very call that must be refused",
            "Take this caller out of the trust policy, or expect it to be allowed",
        ),
        ProbeKind.EXTERNAL_ID_ABSENT: ProbeWords(
            "without external ID",
            "without an external ID",
            "the trust policy has no condition on sts:ExternalId that is always enforced",
            "Add StringEquals sts:ExternalId to every statement that lets this caller in",
        ),
        ProbeKind.EXTERNAL_ID_SUFFIXED: ProbeWords(
            "external ID + suffix",
            "with a longer external ID that only begins like the declared one",
            "the condition on sts:ExternalId accepts more than the declared external ID",
            "Use StringEquals sts:ExternalId with the exact value, without wildcards",
        ),
        ProbeKind.EXTERNAL_ID_UNRELATED: ProbeWords(
            "unrelated external ID",
            "with an external ID that has nothing in common with the declared one",
            "the trust policy accepts any external ID",
            "Use StringEquals sts:ExternalId with the declared external ID in every statement that lets "
            "this caller in",
        ),
        ProbeKind.MFA_ABSENT: ProbeWords(
            "without MFA",
            "without MFA",
            "no condition on aws:MultiFactorAuthPresent is enforced for long-term keys",
            "Use Bool aws:MultiFactorAuthPresent true, not BoolIfExists, in every statement that lets "
            "this caller in",
        ),
        ProbeKind.SESSION_NAME_WRONG: ProbeWords(
            "other session name",
            "with another session name",
            "the trust policy has no condition on sts:RoleSessionName that is always enforced",
            "Add StringEquals sts:RoleSessionName to every statement that lets this caller in",
        ),
        ProbeKind.SOURCE_IDENTITY_ABSENT: ProbeWords(
            "without source identity",
            "without a source identity",
            "the trust policy has no condition on sts:SourceIdentity that is always enforced",
            "Add StringEquals or StringLike sts:SourceIdentity to every statement that lets this caller in",
        ),
        ProbeKind.SOURCE_IDENTITY_WRONG: ProbeWords(
            "other source identity",
            "with another source identity",
            "the trust policy has no condition on sts:SourceIdentity that is always enforced",
            "Use StringEquals or StringLike sts:SourceIdentity with the declared values in every statement "
            "that lets this caller in",
        ),
        ProbeKind.TAG_ABSENT: ProbeWords(
            "without session tag",
            "without the session tag",
            "the trust policy has no condition on aws:RequestTag that is always enforced for this tag",
            "Add StringEquals aws:RequestTag for this tag, without IfExists, to every statement that lets "
            "this caller in",
        ),
        ProbeKind.TAG_WRONG: ProbeWords(
            "other tag value",
            "with another value of the session tag",
            "the condition on aws:RequestTag accepts other values of this tag than the declared ones",
            "Use StringEquals aws:RequestTag with the declared values in every statement that lets this "
            "caller in",
        ),
        ProbeKind.TAG_UNDECLARED: ProbeWords(
            "undeclared session tag",
            "with a session tag that is not declared",
            "the trust policy lets this caller pass tags of any key",
            "Add ForAllValues:StringEquals aws:TagKeys with the declared keys to the statements that allow "
            "sts:TagSession",
        ),
        ProbeKind.TRANSITIVE_TAG_ABSENT: ProbeWords(
            "without transitive tags",
            "without marking any session tag as transitive",
            "the trust policy has no condition on sts:TransitiveTagKeys that is always enforced",
            "Add ForAnyValue:StringEquals sts:TransitiveTagKeys to every statement that lets this caller in",
        ),
        ProbeKind.AUDIENCE_OTHER: ProbeWords(
            "other audience",
            "with a token that was made for another audience",
            "neither the identity provider's list of audiences nor the trust policy keeps such tokens out",
            "Remove audiences that are not AWS's from the provider in IAM, and add StringEquals on its aud "
            "to every statement that lets this caller in",
        ),
        ProbeKind.SIGNATURE_BROKEN: ProbeWords(
            "broken signature",
            "with a signature that is not the identity provider's",
            "signatures of the identity provider are not verified",
            "Look at what answers in place of AWS STS: AWS verifies them always",
        ),
        ProbeKind.STRANGER: ProbeWords(
            "stranger",
            "as a stranger",
            "the trust policy trusts more principals than it should",
            "Name only the intended principals in the trust policy",
        ),
        ProbeKind.EXPECTED: ProbeWords(
            "expected",
            "with the call listed under expect",
            "the trust policy lets in a call that is listed as one to refuse",
            "Tighten the conditions of the statement that lets this call in",
        ),
        ProbeKind.CAN_DO: ProbeWords(
            "can do",
            "in a session of the role",
            "the role's policies allow what its sessions must not do",
            "Take it out of the role's policies",
            joint=" calling ",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """One verdict as it is drawn; the colour repeats what symbol and word say, and is never alone.

    Attributes:
        symbol: where the output can show it.
        plain: where the output is ASCII only.
        style: a rich style.
    """

    symbol: str
    plain: str
    style: str


VERDICTS: Final[Mapping[Verdict, VerdictWords]] = MappingProxyType(
    {
        Verdict.PROVED: VerdictWords("✔", "+", "green"),
        Verdict.PENDING: VerdictWords("…", "~", "cyan"),
        Verdict.INCONCLUSIVE: VerdictWords("?", "?", "yellow"),
        Verdict.REFUTED: VerdictWords("✘", "x", "bold red"),
    }
)

REFUSERS: Final[Mapping[EnforcedBy, str]] = MappingProxyType(
    {
        EnforcedBy.TRUST: "the trust policy",
        EnforcedBy.CALLER: "the caller's own policies",
        EnforcedBy.GUARDRAIL: "a guardrail of the organization",
        EnforcedBy.PROVIDER: "AWS's check of the identity provider's token, not the trust policy",
        EnforcedBy.UNKNOWN: "an unknown side",
    }
)
