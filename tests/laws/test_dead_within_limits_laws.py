"""The law of dead statements in whole organisations: boundaries, groups, several levels of SCPs, several holders."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from hypothesis import event, given
from hypothesis import strategies as st

from policysim.account.account import Account, Group, Identities, Node, Organisation, PolicyReference, Role, User
from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.coverage.dead import DeadKind, dead_statements
from policysim.coverage.inventory import inventory_of
from policysim.coverage.limits import limits_of
from policysim.coverage.separation import apart
from policysim.evaluation.decide import decide
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.patterns import action_matches, resource_matches
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source
from tests.laws.effort import examples
from tests.laws.thinned_policies import without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.policy import Policy, Statement

ACCOUNT, MANAGEMENT = "111122223333", "444455556666"
USER, ROLE = f"arn:aws:iam::{ACCOUNT}:user/u", f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/other"

CALLERS: Final = (
    Principal(kind=PrincipalKind.USER, arn=USER, account=ACCOUNT),
    Principal(kind=PrincipalKind.ROLE_SESSION, arn=SESSION, entity_arn=ROLE, account=ACCOUNT),
    Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT),
    Principal(
        kind=PrincipalKind.FEDERATED_USER,
        arn=f"arn:aws:sts::{ACCOUNT}:federated-user/f",
        entity_arn=USER,
        account=ACCOUNT,
    ),
)
QUESTIONS: Final = (
    *itertools.product(("s3:GetObject", "s3:PutObject"), ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x")),
    ("s3:ListAllMyBuckets", "*"),
    ("iam:ListRoles", "*"),
    ("sts:AssumeRole", OTHER_ROLE),
    ("sts:SetSourceIdentity", OTHER_ROLE),
    ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:g"),
    ("mechanicalturk:GetAccountBalance", "*"),
)
ACTIONS: Final = (
    *("s3:GetObject", "s3:Get*", "s3:Put*", "s3:*", "s3:ListAll*", "iam:List*", "sts:*", "sts:SetSourceIdentity"),
    *("logs:*", "mechanicalturk:*", "ec2:*", "*"),
)
RESOURCES: Final = (
    *("*", "arn:aws:s3:::a/*", "arn:aws:s3:::b/*", "arn:aws:s3:::*", "arn:aws:s3:::?/x", "arn:aws:s3", OTHER_ROLE),
    *("arn:aws:iam::*:role/*", "arn:aws:logs:*:*:log-group:*", "arn:aws:s3:::${aws:PrincipalTag/team}/x"),
)
OF_TEAM_A: Final = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}
FULL: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """A statement of an identity-based policy, a boundary or an SCP."""
    one_in_six = st.sampled_from([False] * 5 + [True])
    return {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        "NotAction" if draw(one_in_six) else "Action": draw(some(ACTIONS)),
        "NotResource" if draw(one_in_six) else "Resource": draw(some(RESOURCES)),
        **(OF_TEAM_A if draw(one_in_six) else {}),
    }


@st.composite
def documents(draw: st.DrawFn, *, type_: PolicyType = PolicyType.IDENTITY) -> Policy:
    """A document whose name no other one has."""
    body = {"Version": "2012-10-17", "Statement": draw(st.lists(statements(), min_size=1, max_size=3))}
    return read(body, f"{draw(st.uuids())}.json", type_)


def read(body: dict[str, Any], name: str, type_: PolicyType) -> Policy:
    return parse_policy(Source(name, json.dumps(body)), type_)


@st.composite
def scps(draw: st.DrawFn, node: str) -> tuple[AttachedPolicy, ...] | None:
    """The SCPs of a node: mostly everything is allowed, now and then little; nobody may have collected them."""
    full = AttachedPolicy("full", read({"Version": "2012-10-17", "Statement": [FULL]}, f"{node}.json", PolicyType.SCP))
    kind = draw(st.sampled_from(["full", "full and more", "own", "own", "none", "unknown"]))
    if kind == "unknown":
        return None
    own = draw(st.lists(documents(type_=PolicyType.SCP), max_size=2)) if kind in {"full and more", "own"} else []
    return (*((full,) if kind.startswith("full") else ()), *(AttachedPolicy("own", one) for one in own))


RESOURCE_POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": [SESSION, USER]}, "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}
    ],
}
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": [SESSION, ACCOUNT]}, "Action": "sts:*"}],
}


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """One account in a tree: a user, its group and a role, with policies and boundaries."""
    managed = {f"arn:aws:iam::{ACCOUNT}:policy/p{i}": draw(documents()) for i in range(3)}
    reference = st.sampled_from([PolicyReference(arn.rsplit("/", 1)[-1], arn) for arn in managed])
    some_of_them = st.lists(reference, max_size=2).map(tuple)
    limit = st.one_of(st.none(), reference)
    user = User(
        name="u",
        arn=USER,
        groups=("g",),
        inline={"own": draw(documents())},
        managed=draw(some_of_them),
        boundary=draw(limit),
    )
    group = Group(
        name="g", arn=f"arn:aws:iam::{ACCOUNT}:group/g", inline={"own": draw(documents())}, managed=draw(some_of_them)
    )
    roles = {
        arn: Role(
            name=arn.rsplit("/", 1)[-1],
            arn=arn,
            inline={"own": draw(documents())},
            managed=draw(some_of_them),
            boundary=draw(limit),
        )
        for arn in (ROLE, OTHER_ROLE)
    }
    trust = {arn: read(TRUST, f"{arn}.json", PolicyType.TRUST) for arn in roles}
    bucket = AttachedPolicy("bucket", read(RESOURCE_POLICY, "bucket.json", PolicyType.RESOURCE))
    account = Account(
        id=ACCOUNT,
        name=ACCOUNT,
        identities=Identities(users={USER: user}, groups={"g": group}, roles=roles, trust=trust, managed=managed),
        resource_policies={"arn:aws:s3:::a": bucket},
        session_policies={},
        endpoints={},
        tags={},
        grants={},
    )
    node = Node(id=ACCOUNT, name="one", scps=draw(scps(ACCOUNT)), rcps=())
    other = Node(id=MANAGEMENT, name="management", scps=draw(scps(MANAGEMENT)), rcps=())
    unit = Node(id="ou-1", name="unit", scps=draw(scps("ou-1")), rcps=(), children=(node,))
    root = Node(id="r-1", name="root", scps=draw(scps("r-1")), rcps=(), children=(unit, other))
    manager = draw(st.sampled_from([MANAGEMENT, MANAGEMENT, MANAGEMENT, ACCOUNT, None]))
    return Organisation(accounts={ACCOUNT: account}, id="o-1", management_account=manager, root=root)


CONTEXTS: Final = (
    RequestContext({"aws:PrincipalTag/team": ("a",)}, complete=True),
    RequestContext({"aws:PrincipalTag/team": ("b",)}, complete=True),
    RequestContext(unknown=("aws:PrincipalTag/team",), complete=True),
)


def requests() -> Iterator[Request]:
    for caller, (action, resource), context in itertools.product(CALLERS, QUESTIONS, CONTEXTS):
        yield Request(
            principal=caller, action=action, resource=Resource(arn=resource, account=ACCOUNT), context=context
        )


@examples(40)
@given(organisations())
def test_without_the_dead_statements_of_an_organisation_every_decision_is_the_same(organisation: Organisation) -> None:
    """Whoever asks for whatever: all dead statements of all layers taken out together change no answer."""
    found = dead_statements(inventory_of([organisation]), limits=limits_of([organisation]))
    for kind in DeadKind:
        event(f"{kind.value}: {min(2, sum(one.kind is kind for one in found.values()))}")
    for request in requests():
        situation = situate(request, organisation)
        before = decide(situation.request, situation.policies, CATALOGUE)
        after = decide(situation.request, without(situation.policies, found.keys()), CATALOGUE)
        assert (before.effect, before.possible) == (after.effect, after.possible)


def matches(statement: Statement, action: str, resource: str, team: str) -> bool:
    """Whether action and resource of a statement match; the slow twin."""
    acts = any(action_matches(pattern, action) for pattern in statement.action.patterns)
    element = statement.resource
    assert element is not None
    filled = (pattern.replace("${aws:PrincipalTag/team}", team) for pattern in element.patterns)
    fits = any(resource_matches(pattern, resource).matches for pattern in filled)
    return acts is not statement.action.negated and fits is not element.negated


@examples(400)
@given(documents(), documents())
def test_statements_that_are_apart_never_match_the_same_request(one: Policy, other: Policy) -> None:
    """Never claimed wrongly; what is not claimed may still be so."""
    for left, right in itertools.product(one.statements, other.statements):
        if apart(left, right, substitutes=(True, True)):
            for (action, resource), team in itertools.product(QUESTIONS, ("a", "b")):
                assert not (matches(left, action, resource, team) and matches(right, action, resource, team))
