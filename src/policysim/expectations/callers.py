"""From the words for principals to callers: who a sentence means by ``role/app-*``, ``root`` or ``outsider``.

Source: IAM User Guide, reference_identifiers and reference_policies_elements_principal; spec P2 to P14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.principals import completed, principal_of
from policysim.expectations.caller import Caller, Whose
from policysim.expectations.outsiders import (
    ANONYMOUS,
    lists_all,
    named_abroad,
    outsider_of,
    partition_of,
    service_caller,
    unlisted,
)
from policysim.expectations.patterns import fits_name, is_pattern
from policysim.expectations.problem_kinds import AMBIGUOUS_NAME, MATCHES_NOTHING, UNKNOWN_PRINCIPAL
from policysim.expectations.providers import provider_callers
from policysim.language.arns import SERVICE_DOMAINS, is_account_id, parse_arn
from policysim.language.nearest import nearest
from policysim.language.patterns import arn_like
from policysim.language.problems import Problem
from policysim.language.request import Principal, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policysim.account.account import Account, Organisation
    from policysim.expectations.sentences import Word
    from policysim.language.arns import Arn

_PROVIDERS: Final = ("oidc-provider", "saml-provider")
_GROUP: Final = "a group makes no request: name its users, or `user/*`"
_EXPECTED: Final = (
    "expected `role/NAME`, `user/NAME`, `root`, an ARN, `anonymous`, `outsider`, a service such as "
    "`cloudtrail.amazonaws.com`, or an identity provider such as `oidc-provider/HOST`"
)


class Callers:
    """The callers that words can stand for, given the accounts at hand."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._outsider = outsider_of(organisation)
        self._users = tuple(_entities("user", organisation))
        self._roles = tuple(_entities("role", organisation))
        self._roots = tuple(_roots(organisation))
        self._unlisted = tuple(unlisted(organisation))
        self._named: tuple[Caller, ...] | None = None

    def everybody(self) -> tuple[Caller, ...]:
        """Whom ``nobody`` and ``only`` range over, each once.

        Every user, role and root of the accounts at hand, the anonymous caller, an outsider, and every principal from
        elsewhere that a resource policy, a trust policy, an access control list or a grant of a key names; and
        somebody of each account whose users and roles are not all listed.
        """
        listed = (*self._users, *self._roles, *self._roots)
        found = (*listed, *self._unlisted, ANONYMOUS, self._outsider, *self.named)
        once: dict[object, Caller] = {}
        for caller in found:
            once.setdefault(caller.identity, caller)
        return tuple(once.values())

    @property
    def named(self) -> tuple[Caller, ...]:
        """The principals from elsewhere, and the single sessions, that policies at hand name."""
        if self._named is None:
            self._named = named_abroad(self._organisation)
        return self._named

    def of(self, words: Iterable[Word]) -> tuple[tuple[Caller, ...], tuple[Problem, ...]]:
        """The callers that the words stand for, each once, and what is wrong with words that stand for none."""
        found: dict[object, Caller] = {}
        problems: list[Problem] = []
        for word in words:
            callers = self._of(word)
            if isinstance(callers, Problem):
                problems.append(callers)
            else:
                for caller in callers:
                    found.setdefault(caller.identity, caller)
        return tuple(found.values()), tuple(problems)

    def _of(self, word: Word) -> tuple[Caller, ...] | Problem:
        text = word.text
        if text == "anonymous":
            return (ANONYMOUS,)
        if text == "outsider":
            return (self._outsider,)
        if text.startswith("arn:"):
            return self._by_arn(word)
        scope, colon, rest = text.partition(":")
        if colon and (is_account_id(scope) or scope == "*"):
            return self._in_account(word, scope, rest)
        return self._in_account(word, None, text)

    def _in_account(self, word: Word, scope: str | None, name: str) -> tuple[Caller, ...] | Problem:
        """What a name stands for in one account, in any of them (``*``), or where it alone is (no scope)."""
        kind, slash, rest = name.partition("/")
        if name == "root":
            return self._root(word, scope)
        if slash and rest and kind in {"role", "user"}:
            return self._entity(word, scope, kind, rest)
        if slash and rest and kind in _PROVIDERS:
            found = provider_callers(word, scope, name, self.named, self._organisation)
            return found or self._nothing(word, [caller.name for caller in self.named])
        if scope is None:
            service = _service(name, self.named)
            if service:
                return service
        known = ("anonymous", "outsider", *(caller.name for caller in (*self._roles, *self._users, *self._roots)))
        hint = _GROUP if kind == "group" else nearest(word.text, known)
        return Problem(UNKNOWN_PRINCIPAL, f"`{word.text}` is no principal: {_EXPECTED}", word.span, hint)

    def _root(self, word: Word, scope: str | None) -> tuple[Caller, ...] | Problem:
        if scope is None and len(self._roots) > 1:
            every = ", ".join(f"`{caller.principal.account}:root`" for caller in self._roots)
            sentence = f"`root` is the root user of several accounts: write one of {every}, or `*:root` for all of them"
            return Problem(AMBIGUOUS_NAME, sentence, word.span)
        if scope in {None, "*"}:
            return self._roots
        found = tuple(caller for caller in self._roots if caller.principal.account == scope)
        return found or (_foreign(f"arn:{partition_of(self._organisation)}:iam::{scope}:root"),)

    def _entity(self, word: Word, scope: str | None, kind: str, name: str) -> tuple[Caller, ...] | Problem:
        entities = self._roles if kind == "role" else self._users
        within = [caller for caller in entities if scope in {None, "*", caller.principal.account}]
        found = tuple(caller for caller in within if fits_name(name, _resource_of(caller)))
        if found and (is_pattern(name) or scope is not None or len(found) == 1):
            return found
        if found:
            every = ", ".join(f"`{caller.principal.account}:{word.text}`" for caller in found)
            return Problem(AMBIGUOUS_NAME, f"`{word.text}` is in several accounts: write one of {every}", word.span)
        if scope is not None and scope != "*" and not is_pattern(name) and scope not in self._organisation.accounts:
            return (_foreign(f"arn:{partition_of(self._organisation)}:iam::{scope}:{kind}/{name}"),)
        return self._nothing(word, [f"{kind}/{_resource_of(caller).rsplit('/', 1)[-1]}" for caller in within])

    def _nothing(self, word: Word, known: list[str]) -> Problem:
        name = word.text.rpartition(":")[2] if not word.text.startswith("arn:") else word.text
        kind = name.partition("/")[0]
        if is_pattern(word.text):
            return Problem(MATCHES_NOTHING, f"`{word.text}` matches no principal of the accounts at hand", word.span)
        where = self._not_listed() or f"no account at hand has a {kind} `{name.partition('/')[2] or name}`"
        return Problem(UNKNOWN_PRINCIPAL, where, word.span, nearest(name, known))

    def _not_listed(self) -> str:
        accounts: Mapping[str, Account] = self._organisation.accounts
        if any(account.identities is not None for account in accounts.values()):
            return ""
        return "no account at hand lists its users and roles (`aws iam get-account-authorization-details` does)"

    def _by_arn(self, word: Word) -> tuple[Caller, ...] | Problem:
        arn = parse_arn(word.text)
        if arn is None:
            return Problem(UNKNOWN_PRINCIPAL, f"`{word.text}` is no ARN: those have six parts", word.span)
        if is_pattern(word.text):
            found = tuple(caller for caller in self._with_arns() if _arn_fits(word.text, arn, caller))
            return found or Problem(
                MATCHES_NOTHING, f"`{word.text}` matches no principal of the accounts at hand", word.span
            )
        if arn.resource.partition("/")[0] in _PROVIDERS and arn.service == "iam":
            return provider_callers(word, arn.account, arn.resource, (), self._organisation)
        principal = principal_of(arn)
        if principal is None:
            return Problem(UNKNOWN_PRINCIPAL, f"`{word.text}` names no principal: {_EXPECTED}", word.span)
        return self._exactly(word, arn, principal)

    def _exactly(self, word: Word, arn: Arn, principal: Principal) -> tuple[Caller, ...] | Problem:
        account = self._organisation.account(principal.account)
        if account is None:
            return (_foreign(word.text),)
        own = next((caller for caller in self._with_arns() if word.text in caller.covered_by), None)
        if own is not None and own.principal.arn in {None, word.text}:
            return (own,)
        known = completed(principal, self._organisation)
        is_session = principal.kind is PrincipalKind.ROLE_SESSION and arn.service == "sts"
        exists = known.entity_arn is not None if is_session else principal.kind is PrincipalKind.FEDERATED_USER
        if exists or not lists_all(account):
            return (Caller(word.text, known),)
        return self._nothing(word, [one for caller in self._with_arns() for one in caller.covered_by])

    def _with_arns(self) -> tuple[Caller, ...]:
        sessions = tuple(caller for caller in self.named if caller.whose is Whose.AT_HAND)
        return (*self._users, *self._roles, *self._roots, *sessions)


def _entities(kind: str, organisation: Organisation) -> Iterator[Caller]:
    """Every user or role at hand, named by its name alone where no other account has it."""
    arns = [
        arn
        for account in organisation.accounts.values()
        if account.identities is not None
        for arn in (account.identities.roles if kind == "role" else account.identities.users)
    ]
    names = [arn.rsplit("/", 1)[-1] for arn in arns]
    for arn, name in zip(arns, names, strict=True):
        parsed = parse_arn(arn)
        principal = None if parsed is None else principal_of(parsed)
        if parsed is not None and principal is not None:
            scope = "" if names.count(name) == 1 else f"{parsed.account}:"
            yield Caller(f"{scope}{kind}/{name}", completed(principal, organisation))


def _roots(organisation: Organisation) -> Iterator[Caller]:
    alone = len(organisation.accounts) == 1
    for account in organisation.accounts.values():
        arn = f"arn:{account.partition}:iam::{account.id}:root"
        principal = completed(Principal(kind=PrincipalKind.ROOT, arn=arn, account=account.id), organisation)
        yield Caller("root" if alone else f"{account.id}:root", principal)


def _foreign(arn: str) -> Caller:
    parsed = parse_arn(arn)
    principal = principal_of(parsed) if parsed is not None else None
    if principal is None:
        raise ValueError(f"{arn} names no principal")
    return Caller(arn, principal, Whose.FOREIGN)


def _service(name: str, named: Iterable[Caller]) -> tuple[Caller, ...]:
    """The services that a word names: one, or with wildcards those that policies at hand name."""
    built_in = provider_callers(None, None, name, (), None)
    if built_in or not name.endswith(SERVICE_DOMAINS) or "/" in name:
        return built_in
    if is_pattern(name):
        services = (caller for caller in named if caller.principal.service is not None)
        return tuple(caller for caller in services if fits_name(name, caller.principal.service or ""))
    return (service_caller(name),)


def _resource_of(caller: Caller) -> str:
    """The path and name of a user or role."""
    arn = parse_arn(caller.principal.entity_arn or caller.principal.arn or "")
    return "" if arn is None else arn.resource_id


def _arn_fits(pattern: str, arn: Arn, caller: Caller) -> bool:
    """Whether a pattern covers the caller; one of sessions covers a role of which it covers every session."""
    own = caller.principal
    if any(arn_like(pattern, name) for name in (own.arn, own.entity_arn) if name is not None):
        return True
    role = parse_arn(own.entity_arn or "")
    if own.arn is not None or role is None or (arn.service, arn.resource_type) != ("sts", "assumed-role"):
        return False
    session = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/*"
    return arn_like(pattern, session)
