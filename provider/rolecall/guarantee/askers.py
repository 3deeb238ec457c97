"""Who can ask: principals of every kind, one for each way in which statements tell them apart."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Final

from rolecall.errors import DeclarationError
from rolecall.policy import Arn, ConditionTest, ContextValue, Principal, Statement
from rolecall.policy.caller import Standing, identify
from rolecall.policy.principals import UNIQUE_ID

from .forms import ACCOUNT_DIGITS, DIGIT, NAME, VISIBLE
from .languages import ANY, CharSet, Element, Language, Pattern, at_least, literal, shortest_texts, within
from .limits import TooManyCombinationsError
from .options import Option, Size, judged, keep
from .textual import is_textual, languages_of
from .values import Value

PRINCIPAL_KEYS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:userid",
        "aws:username",
    }
)
"""Condition keys, in lower case, that follow from who asks."""

_WRITTEN: Final = {"aws:principalarn": "aws:PrincipalArn", "aws:userid": "aws:userid"}
_NO_COLON: Final = CharSet(frozenset(":"), excluding=True)
_NO_SLASH: Final = CharSet(frozenset("/"), excluding=True)
_ANY_TEXT: Final = (Element(ANY, repeated=True),)
_CAPITALS: Final = CharSet(frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
_UNUSUAL: Final = 1
_SESSION: Final = "session"
_SERVICE_DOMAIN: Final[Language] = (
    (*at_least(1, CharSet(frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-"))), *literal(".amazonaws.com")),
)


@dataclass(frozen=True, slots=True)
class Asker:
    """A principal and the condition keys that its ARN doesn't tell.

    Attributes:
        principal: who asks.
        context: in lower case.
        size: what it adds to the size of a request.
    """

    principal: Principal
    context: Mapping[str, ContextValue]
    size: Size


def asker_options(standing: Standing, statements: Sequence[Statement], partition: str) -> list[Option]:
    """Who can ask, the smallest for each set of statements that lets such a one in as far as that matters.

    Args:
        standing: what kind of principal: a user, a role session, a service or a federated identity.
        statements: by their numbers.
        partition: of the role; nobody gets in from another one.

    Raises:
        TooManyCombinationsError: of names and patterns, or of doubts.
    """
    tests = {
        test: None
        for statement in statements
        for test in statement.conditions
        if test.lookup_key in PRINCIPAL_KEYS
    }
    opaque = [
        test for test in tests if test.use.operator.family in {"string", "arn"} and not is_textual(test)
    ]
    found: dict[tuple[int, bool], Option] = {}
    try:
        for asker in _FINDERS[standing](list(tests), statements, partition):
            context = {**identify(asker.principal).context, **asker.context}
            named = partial(_named, asker.principal, context, asker.context)
            for applying, doubts in judged(statements, tests, context, opaque, named):
                shown = tuple((_WRITTEN[key], value) for key, value in asker.context.items())
                keep(found, Option(applying, asker.size, shown, asker.principal, doubts))
    except TooManyCombinationsError as error:
        raise TooManyCombinationsError(f"{error} of principals") from error
    return list(found.values())


def _named(
    principal: Principal,
    context: Mapping[str, ContextValue],
    given: Mapping[str, ContextValue],
    statement: Statement,
) -> bool | None:
    if statement.principals is None:
        return True
    arn = given.get("aws:principalarn")
    return statement.principals.match(identify(principal), context, arn if isinstance(arn, str) else None)[0]


def _users(
    tests: Sequence[ConditionTest], statements: Sequence[Statement], partition: str
) -> Iterator[Asker]:
    """IAM users, and their unique ids where a statement asks for one."""
    prefix, middle = literal(f"arn:{partition}:iam::"), literal(":user/")
    names = at_least(1, NAME)
    below = (*prefix, *_account(), *middle)
    domain = ((*below, *names), (*below, *at_least(1, VISIBLE), *literal("/"), *names))
    listed = [arn for arn in _listed(statements) if arn.is_user]
    languages = [
        *_of_accounts(tests, statements, prefix),
        *_of_texts(tests, "aws:principalarn", lambda language: language),
        *_of_texts(tests, "aws:username", partial(_after_path, below)),
        *((literal(str(arn)),) for arn in listed),
    ]
    ids = _user_ids(tests, statements, "AIDA")
    for text, userid in product(shortest_texts(languages, domain=domain).values(), ids):
        context = {"aws:userid": userid.text} if userid.text else {}
        size = (int(not userid.usual), 0, len(text) + len(userid.text))
        yield Asker(Principal("AWS", text), context, size)


def _sessions(
    tests: Sequence[ConditionTest], statements: Sequence[Statement], partition: str
) -> Iterator[Asker]:
    """Role sessions: every role, path included, with every session name that a statement lists."""
    prefix, middle = literal(f"arn:{partition}:iam::"), literal(":role/")
    names = at_least(1, NAME)
    below = (*prefix, *_account(), *middle)
    domain = ((*below, *names), (*below, *at_least(1, VISIBLE), *literal("/"), *names))
    listed = _listed(statements)
    sessions = [arn for arn in listed if arn.is_role_session]
    roles = [arn for arn in listed if arn.is_role]
    languages = [
        *_of_accounts(tests, statements, prefix),
        *_of_texts(tests, "aws:principalarn", lambda language: language),
        *((literal(str(arn)),) for arn in roles),
        *(_of_any_path(arn.role_of_session()) for arn in sessions),
    ]
    session_names = dict.fromkeys([_SESSION, *(arn.name for arn in sessions)])
    ids = _user_ids(tests, statements, "AROA")
    for text, session, userid in product(
        shortest_texts(languages, domain=domain).values(), session_names, ids
    ):
        role = Arn.parse(text)
        arn = Arn(partition, "sts", "", role.account, f"assumed-role/{role.name}/{session}")
        context = {"aws:principalarn": text, **({"aws:userid": userid.text} if userid.text else {})}
        size = (int(not userid.usual), 0, len(str(arn)) + len(userid.text))
        yield Asker(Principal("AWS", str(arn)), context, size)


def _services(
    tests: Sequence[ConditionTest], statements: Sequence[Statement], _partition: str
) -> Iterator[Asker]:
    """AWS services: those that statements list, and others."""
    listed = _outside("Service", statements)
    names = list(_of_texts(tests, "aws:principalservicename", lambda language: language))
    languages = [*names, *((literal(service),) for service in listed)]
    usual = shortest_texts(languages, domain=_SERVICE_DOMAIN)
    yield from (Asker(Principal("Service", text), {}, (0, 0, len(text))) for text in usual.values())
    yield from (Asker(Principal("Service", text), {}, (_UNUSUAL, 0, len(text))) for text in listed)


def _identities(
    _tests: Sequence[ConditionTest], statements: Sequence[Statement], partition: str
) -> Iterator[Asker]:
    """Federated identities of each provider that a statement lists, and of another one."""
    other = f"arn:{partition}:iam::{'9' * ACCOUNT_DIGITS}:saml-provider/x"
    for provider in dict.fromkeys([*_outside("Federated", statements), other]):
        yield Asker(Principal("Federated", provider), {}, (0, 0, len(provider)))


_FINDERS: Final[
    Mapping[Standing, Callable[[Sequence[ConditionTest], Sequence[Statement], str], Iterable[Asker]]]
] = {
    Standing.USER: _users,
    Standing.ROLE_SESSION: _sessions,
    Standing.SERVICE: _services,
    Standing.FEDERATED: _identities,
}
"""The principals that can assume roles at all: neither root users nor federated users can."""


def _entries(statements: Sequence[Statement]) -> Iterable[Principal]:
    return (entry for each in statements if each.principals is not None for entry in each.principals.entries)


def _outside(kind: str, statements: Sequence[Statement]) -> list[str]:
    return list(dict.fromkeys(entry.value for entry in _entries(statements) if entry.kind == kind))


def _listed(statements: Sequence[Statement]) -> list[Arn]:
    found = []
    for value in _outside("AWS", statements):
        try:
            found.append(Arn.parse(value))
        except DeclarationError:
            continue  # an account ID, a unique id, or everyone
    return found


def _account() -> Pattern:
    return (Element(DIGIT),) * ACCOUNT_DIGITS


def _of_accounts(
    tests: Sequence[ConditionTest], statements: Sequence[Statement], prefix: Pattern
) -> Iterator[Language]:
    """The ARNs of each account that a statement names, and those whose account fits a condition."""
    roots = {arn.account for arn in _listed(statements) if arn.is_account_root}
    digits = {value for value in _outside("AWS", statements) if value.isdigit()}
    for account in sorted(roots | digits):
        yield ((*prefix, *literal(f"{account}:"), *_ANY_TEXT),)

    def around(language: Language) -> Language:
        return tuple((*prefix, *within(each, _NO_COLON), *literal(":"), *_ANY_TEXT) for each in language)

    yield from _of_texts(tests, "aws:principalaccount", around)


def _of_texts(
    tests: Sequence[ConditionTest], key: str, around: Callable[[Language], Language]
) -> Iterator[Language]:
    for test in tests:
        if test.lookup_key == key and is_textual(test):
            yield from map(around, languages_of(test))


def _after_path(below: Pattern, names: Language) -> Language:
    """The ARNs whose last part, after any path, is one of some names."""
    plain = [within(name, _NO_SLASH) for name in names]
    return (
        *((*below, *name) for name in plain),
        *((*below, *_ANY_TEXT, *literal("/"), *name) for name in plain),
    )


def _of_any_path(role: Arn) -> Language:
    """The ARNs that the role of a session can have, whose path a session doesn't tell."""
    below, name = literal(f"arn:{role.partition}:iam::{role.account}:role/"), literal(role.name)
    return ((*below, *name), (*below, *_ANY_TEXT, *literal("/"), *name))


def _user_ids(tests: Sequence[ConditionTest], statements: Sequence[Statement], prefix: str) -> list[Value]:
    """Values of ``aws:userid``; a lone empty text where no statement asks for it."""
    ids = [value for value in _outside("AWS", statements) if UNIQUE_ID.fullmatch(value)]
    if not ids and not any(test.lookup_key == "aws:userid" for test in tests):
        return [Value("")]
    of_session = prefix == "AROA"
    ending: Pattern = (*literal(":"), *at_least(2, NAME)) if of_session else ()
    languages = [
        *_of_texts(tests, "aws:userid", lambda language: language),
        *((literal(each), (*literal(f"{each}:"), *_ANY_TEXT)) for each in ids),
    ]
    usual = shortest_texts(languages, domain=((*literal(prefix), *at_least(17, _CAPITALS), *ending),))
    any_id = at_least(1, _NO_COLON)
    whole: Language = ((*any_id, *literal(":"), *_ANY_TEXT),) if of_session else (any_id,)
    others = shortest_texts(languages, domain=whole)
    return [
        *map(Value, usual.values()),
        *(Value(text, usual=False) for combination, text in others.items() if combination not in usual),
    ]
