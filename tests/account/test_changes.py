"""What if a policy were in force as well, or were not: a change reaches whom it would reach at AWS, and nobody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.account import Everything, Group, Identities, Node, PolicyReference, Role, User, VpcEndpoint
from policysim.account.change_errors import CannotChangeError
from policysim.account.changes import NewPolicy, with_policy, without_policy
from policysim.account.principals import principal_of
from policysim.account.situate import situate
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import parse_arn
from policysim.language.policy_types import PolicyType
from policysim.language.request import Principal, PrincipalKind
from tests.account_folders import (
    ACCOUNT,
    BUCKET,
    OTHER,
    QUEUE,
    ROLE,
    account,
    allow,
    organisation,
    policy,
    request,
    user,
)

if TYPE_CHECKING:
    from policysim.account.account import Organisation

LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"


def deny(action: str = "*", **more: Any) -> dict[str, Any]:
    return allow(action, Effect="Deny", **more)


def new(document: dict[str, Any], kind: PolicyType = PolicyType.IDENTITY, *to: str, name: str = "extra") -> NewPolicy:
    return NewPolicy(name, policy(document, kind), to)


def asked(
    of: Organisation, principal: str = ROLE, action: str = "s3:GetObject", resource: str = f"{BUCKET}/k"
) -> Effect:
    arn = parse_arn(principal)
    assert arn is not None
    who = principal_of(arn)
    assert who is not None
    owner = None if resource == "*" else ACCOUNT
    situation = situate(request(who, action, resource, account=owner), of)
    return decide(situation.request, situation.policies, CATALOGUE).effect


def test_a_policy_for_everybody_reaches_users_and_roles_but_no_service_linked_role() -> None:
    roles = {one: Role(name=one.rsplit("/", 1)[1], arn=one) for one in (ROLE, LINKED)}
    there = organisation(account(identities=Identities(users={USER: User(name="ana", arn=USER)}, roles=roles)))
    after = with_policy(there, new(allow()))
    assert asked(there) is Effect.IMPLICIT_DENY
    assert (asked(after), asked(after, USER), asked(after, LINKED)) == (
        Effect.ALLOWED,
        Effect.ALLOWED,
        Effect.IMPLICIT_DENY,
    )


@pytest.mark.parametrize("word", ["role/app", "role/a*", ROLE, f"arn:aws:iam::{ACCOUNT}:role/*"])
def test_a_policy_for_one_role_reaches_that_role_alone(word: str) -> None:
    after = with_policy(organisation(account()), new(allow(), PolicyType.IDENTITY, word))
    assert (asked(after), asked(after, USER)) == (Effect.ALLOWED, Effect.IMPLICIT_DENY)


def test_a_policy_of_a_group_reaches_its_members() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:group/devs"
    there = organisation(
        account(
            identities=Identities(
                users={USER: User(name="ana", arn=USER, groups=("devs",))}, groups={"devs": Group(name="devs", arn=arn)}
            )
        )
    )
    assert asked(with_policy(there, new(allow(), PolicyType.IDENTITY, "group/devs")), USER) is Effect.ALLOWED


def test_a_boundary_takes_the_place_of_the_one_that_is_there() -> None:
    old = PolicyReference("old", f"arn:aws:iam::{ACCOUNT}:policy/old")
    role = Role(name="app", arn=ROLE, inline={"all": policy(allow("*"))}, boundary=old)
    there = organisation(
        account(
            identities=Identities(roles={ROLE: role}, managed={old.arn: policy(allow("s3:*"), PolicyType.BOUNDARY)})
        )
    )
    after = with_policy(there, new(allow("sqs:*"), PolicyType.BOUNDARY, "role/app"))
    assert (asked(there), asked(after)) == (Effect.ALLOWED, Effect.IMPLICIT_DENY)
    assert asked(after, action="sqs:ListQueues", resource="*") is Effect.ALLOWED


def test_a_bucket_policy_takes_the_place_of_the_one_that_is_there_and_lets_in_whom_it_names() -> None:
    old = AttachedPolicy("old", policy(deny("s3:*", Principal="*"), PolicyType.RESOURCE), None, BUCKET)
    there = organisation(account(resource_policies={BUCKET: old}))
    document = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": ROLE})
    after = with_policy(there, new(document, PolicyType.RESOURCE, BUCKET))
    assert (asked(there), asked(after)) == (Effect.EXPLICIT_DENY, Effect.ALLOWED)


def test_what_a_complete_list_does_not_hold_is_still_known_to_have_no_policy() -> None:
    after = with_policy(
        organisation(account(resource_policies={})),
        new(allow("s3:*", Principal={"AWS": ROLE}), PolicyType.RESOURCE, BUCKET),
    )
    assert isinstance(after.accounts[ACCOUNT].resource_policies, Everything)
    assert asked(after, action="sqs:SendMessage", resource=QUEUE) is Effect.IMPLICIT_DENY


def test_a_list_that_is_not_complete_stays_so() -> None:
    other = AttachedPolicy("p", policy(allow(Principal="*"), PolicyType.RESOURCE), None, "arn:aws:s3:::other")
    there = organisation(account(resource_policies={"arn:aws:s3:::other": other}))
    after = with_policy(there, new(allow("s3:*", Principal={"AWS": ROLE}), PolicyType.RESOURCE, BUCKET))
    assert asked(after, action="sqs:SendMessage", resource=QUEUE) is Effect.DEPENDS


def test_a_trust_policy_says_who_may_assume_the_role() -> None:
    there = organisation(account())
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"}],
    }
    after = with_policy(there, new(document, PolicyType.TRUST, "role/app"))
    assert asked(there, USER, "sts:AssumeRole", ROLE) is Effect.IMPLICIT_DENY
    assert asked(after, USER, "sts:AssumeRole", ROLE) is Effect.ALLOWED


def test_a_session_policy_limits_the_sessions_of_a_role() -> None:
    role = Role(name="app", arn=ROLE, inline={"all": policy(allow("*"))})
    there = organisation(account(identities=Identities(roles={ROLE: role})))
    after = with_policy(there, new(allow("sqs:*"), PolicyType.SESSION, "role/app"))
    assert (asked(there), asked(after)) == (Effect.ALLOWED, Effect.IMPLICIT_DENY)


def test_an_endpoint_policy_takes_the_place_of_the_one_that_is_there() -> None:
    there = organisation(account(endpoints={"vpce-1": VpcEndpoint(id="vpce-1", policy=None)}))
    after = with_policy(there, new(deny(Principal="*"), PolicyType.VPCE))
    endpoint = (after.accounts[ACCOUNT].endpoints or {})["vpce-1"]
    assert endpoint.policy is not None
    assert endpoint.policy.name == "extra"


def tree(**more: Any) -> Node:
    full = AttachedPolicy("FullAWSAccess", policy(allow("*"), PolicyType.SCP))
    leaf = Node(id=ACCOUNT, name="prod", scps=(full,), rcps=())
    return Node(id="r-1", name="Root", **{"scps": (full,), "rcps": (), "children": (leaf,), **more})


def allowed_role() -> Identities:
    return Identities(roles={ROLE: Role(name="app", arn=ROLE, inline={"all": policy(allow("*"))})})


@pytest.mark.parametrize("node", [(), ("r-1",), ("Root",), (ACCOUNT,), ("prod",)])
def test_an_scp_goes_on_a_node_or_on_every_account(node: tuple[str, ...]) -> None:
    there = organisation(account(identities=allowed_role()), root=tree(), management_account=OTHER, rcps_enabled=False)
    there = with_policy(there, new(allow("s3:*"), PolicyType.SCP, "prod", name="s3-too"))
    assert asked(there) is Effect.ALLOWED
    assert asked(with_policy(there, new(deny("s3:*"), PolicyType.SCP, *node))) is Effect.EXPLICIT_DENY


def test_an_scp_on_an_account_of_no_organisation_denies_there_and_leaves_the_rest_as_it_was() -> None:
    there = organisation(account(identities=allowed_role()))
    after = with_policy(there, new(deny("s3:*"), PolicyType.SCP))
    assert asked(there) is Effect.ALLOWED
    assert asked(after) is Effect.EXPLICIT_DENY
    assert asked(after, action="sqs:ListQueues", resource="*") is Effect.ALLOWED


def test_an_scp_does_not_make_known_what_nobody_collected() -> None:
    there = organisation(account(identities=allowed_role()), root=None)
    there = type(there)(accounts=there.accounts)
    after = with_policy(there, new(deny("s3:*"), PolicyType.SCP))
    assert asked(there, action="sqs:ListQueues", resource="*") is Effect.DEPENDS
    assert asked(after, action="sqs:ListQueues", resource="*") is Effect.DEPENDS
    assert asked(after) in {Effect.EXPLICIT_DENY, Effect.DEPENDS}


def test_an_scp_on_a_node_whose_own_were_not_collected_leaves_those_open() -> None:
    leaf = Node(id=ACCOUNT, name="prod", rcps=())
    there = organisation(
        account(identities=allowed_role()), root=tree(children=(leaf,)), management_account=OTHER, rcps_enabled=False
    )
    after = with_policy(there, new(allow("*"), PolicyType.SCP))
    assert asked(after) is Effect.DEPENDS


def test_every_policy_of_a_name_is_taken_away_wherever_it_is() -> None:
    managed = PolicyReference("wide", f"arn:aws:iam::{ACCOUNT}:policy/wide")
    wide = policy(allow("*"))
    role = Role(name="app", arn=ROLE, inline={"wide": wide}, managed=(managed,))
    bucket = AttachedPolicy("wide", policy(allow(Principal={"AWS": ROLE}), PolicyType.RESOURCE), None, BUCKET)
    there = organisation(
        account(
            identities=Identities(roles={ROLE: role}, managed={managed.arn: wide}), resource_policies={BUCKET: bucket}
        )
    )
    assert (asked(there), asked(without_policy(there, "wide"))) == (Effect.ALLOWED, Effect.IMPLICIT_DENY)
    left = without_policy(there, managed.arn).accounts[ACCOUNT].identities
    assert left is not None
    assert (left.roles[ROLE].managed, set(left.roles[ROLE].inline)) == ((), {"wide"})


def test_without_its_boundary_a_role_is_not_bounded() -> None:
    bound = PolicyReference("edge", f"arn:aws:iam::{ACCOUNT}:policy/edge")
    role = Role(name="app", arn=ROLE, inline={"all": policy(allow("*"))}, boundary=bound)
    there = organisation(
        account(identities=Identities(roles={ROLE: role}, managed={bound.arn: policy(allow("sqs:*"))}))
    )
    assert (asked(there), asked(without_policy(there, "edge"))) == (Effect.IMPLICIT_DENY, Effect.ALLOWED)


def test_without_an_scp_its_nodes_have_the_others() -> None:
    guard = AttachedPolicy("guard", policy(deny("s3:*"), PolicyType.SCP))
    full = AttachedPolicy("FullAWSAccess", policy(allow("*"), PolicyType.SCP))
    there = organisation(
        account(identities=allowed_role()),
        root=tree(scps=(full, guard)),
        management_account=OTHER,
        rcps_enabled=False,
    )
    assert (asked(there), asked(without_policy(there, "guard"))) == (Effect.EXPLICIT_DENY, Effect.ALLOWED)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (new(allow(), PolicyType.IDENTITY, "role/nope"), "no account at hand has a role, user or group `role/nope`"),
        (new(allow(), PolicyType.RESOURCE), "say which resource `extra` is to be the policy of"),
        (new(allow(), PolicyType.RESOURCE, "bucket"), "`bucket` is no ARN of a resource"),
        (new(allow(), PolicyType.RESOURCE, f"arn:aws:sqs:eu-west-1:{OTHER}:q"), "is not at hand"),
        (new(allow(), PolicyType.TRUST), "say which role `extra` is to be the policy of"),
        (new(allow(), PolicyType.VPCE), "no account at hand has a VPC endpoint that `extra` could be attached to"),
        (new(allow(), PolicyType.SCP, "ou-1"), "no node of the organisation at hand is called `ou-1`"),
    ],
)
def test_a_change_that_has_no_place_is_told(change: NewPolicy, sentence: str) -> None:
    with pytest.raises(CannotChangeError) as raised:
        with_policy(organisation(account()), change)
    assert sentence in str(raised.value)


def test_an_scp_where_they_are_turned_off_is_told() -> None:
    there = organisation(account(), root=tree(), scps_enabled=False)
    with pytest.raises(CannotChangeError, match="turned off"):
        with_policy(there, new(deny(), PolicyType.SCP))


def test_a_policy_to_take_away_that_is_nowhere_is_told_with_the_nearest() -> None:
    role = Role(name="app", arn=ROLE, inline={"read-data": policy(allow())})
    there = organisation(account(identities=Identities(roles={ROLE: role})))
    with pytest.raises(CannotChangeError) as raised:
        without_policy(there, "read-date")
    assert str(raised.value) == "no policy in force here is called `read-date`; did you mean `read-data`?"


def test_nothing_changes_in_the_accounts_that_were_handed_over() -> None:
    there = organisation(account())
    before = json.dumps(sorted((there.accounts[ACCOUNT].identities or Identities()).roles))
    with_policy(there, new(allow()))
    assert asked(there) is Effect.IMPLICIT_DENY
    assert json.dumps(sorted((there.accounts[ACCOUNT].identities or Identities()).roles)) == before


def test_a_foreign_principal_that_a_new_policy_names_is_let_in() -> None:
    stranger = Principal(kind=PrincipalKind.ROOT, arn=f"arn:aws:iam::{OTHER}:root", account=OTHER)
    document = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": OTHER})
    after = with_policy(organisation(account()), new(document, PolicyType.RESOURCE, BUCKET))
    situation = situate(request(stranger, account=ACCOUNT), after)
    layer = situation.policies.get(LayerName.RESOURCE)
    assert layer is not None
    assert [one.name for one in layer.policies] == ["extra"]
    assert user().account == ACCOUNT
