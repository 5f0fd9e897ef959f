"""One small account, written as an account folder and as a Terraform plan: every request is decided alike."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from policysim.account.authorizations import authorizations
from policysim.account.principals import UnknownPrincipal, resolve_principal
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.language.request import Request, RequestContext, Resource
from policysim.sources.in_force import PolicySource, read_in_force

if TYPE_CHECKING:
    from policysim.account.account import Organisation
    from policysim.evaluation.decision import Effect

ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::data"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
ROLES = ("app", "audit")
ACTIONS = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "sts:AssumeRole")
PATTERNS = ("s3:*", "s3:Get*", "sqs:SendMessage", "*")
RESOURCES = (f"{BUCKET}/a", QUEUE)
RESOURCE_PATTERNS = (f"{BUCKET}/*", QUEUE, "*", f"{BUCKET}/${{aws:PrincipalTag/Team}}")
PRINCIPALS = ({"AWS": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}, {"Service": "ec2.amazonaws.com"})
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"aws:PrincipalTag/Team": "blue"}},
    {"Bool": {"aws:SecureTransport": "false"}},
)

Document = dict[str, Any]


class RoleModel(NamedTuple):
    trust: Document
    inline: Document | None
    attached: bool
    bounded: bool
    tags: dict[str, str]


class Model(NamedTuple):
    """An account: its two roles, one managed policy, and the policies of a bucket and a queue."""

    roles: tuple[RoleModel, RoleModel]
    managed: Document
    bucket: Document | None
    queue: Document | None


def documents(*, trust: bool = False, resource: str | None = None) -> st.SearchStrategy[Document]:
    parts: dict[str, st.SearchStrategy[Any]] = {"Effect": st.sampled_from(["Allow", "Deny"])}
    if trust:
        parts |= {"Principal": st.sampled_from(PRINCIPALS), "Action": st.just("sts:AssumeRole")}
    elif resource is not None:
        service = resource.split(":")[2]
        parts |= {"Principal": st.sampled_from(PRINCIPALS), "Action": st.just(f"{service}:*")}
        parts |= {"Resource": st.just(f"{resource}/*" if service == "s3" else resource)}
    else:
        parts |= {"Action": st.sampled_from(PATTERNS), "Resource": st.sampled_from(RESOURCE_PATTERNS)}
    parts["Condition"] = st.sampled_from(CONDITIONS)
    statement = st.fixed_dictionaries(parts).map(lambda one: {k: v for k, v in one.items() if v != {}})
    return st.lists(statement, min_size=1, max_size=3).map(lambda s: {"Version": "2012-10-17", "Statement": s})


roles = st.builds(
    RoleModel,
    trust=documents(trust=True),
    inline=st.none() | documents(),
    attached=st.booleans(),
    bounded=st.booleans(),
    tags=st.sampled_from([{}, {"Team": "blue"}]),
)
models = st.builds(
    Model,
    roles=st.tuples(roles, roles),
    managed=documents(),
    bucket=st.none() | documents(resource=BUCKET),
    queue=st.none() | documents(resource=QUEUE),
)


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"


def as_folder(model: Model, folder: Path) -> Path:
    attached = [{"PolicyName": "limit", "PolicyArn": LIMIT}]
    listed = [
        {
            "Path": "/",
            "RoleName": name,
            "Arn": role_arn(name),
            "AssumeRolePolicyDocument": role.trust,
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": role.inline}] if role.inline else [],
            "AttachedManagedPolicies": attached if role.attached else [],
            "PermissionsBoundary": {"PermissionsBoundaryArn": LIMIT} if role.bounded else None,
            "Tags": [{"Key": key, "Value": value} for key, value in role.tags.items()],
        }
        for name, role in zip(ROLES, model.roles, strict=True)
    ]
    version = {"Document": model.managed, "VersionId": "v1", "IsDefaultVersion": True}
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    tagged = {role_arn(name): role.tags for name, role in zip(ROLES, model.roles, strict=True)}
    files = {
        "account.json": {"account_id": ACCOUNT},
        "organization.json": {},
        "authorization-details.json": {
            "RoleDetailList": listed,
            "Policies": [{"PolicyName": "limit", "Arn": LIMIT, "PolicyVersionList": [version]}],
        },
        "resource-policies.json": {BUCKET: model.bucket, QUEUE: model.queue},
        "session-policies.json": {},
        "vpc-endpoints.json": {},
        "tags.json": tagged | {BUCKET: {}, QUEUE: {}},
        "s3-public-access.json": {
            "buckets": {"data": {"public_access_block": blocked, "ownership": "BucketOwnerEnforced"}}
        },
    }
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


class _Plan:
    """Writes resources as a plan has them; with ``named`` false, what they refer to is known only after apply."""

    def __init__(self, *, named: bool) -> None:
        self._named = named
        self._resources: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []
        self._blocks: list[dict[str, Any]] = []

    def add(self, kind: str, label: str, references: dict[str, tuple[str, str]] | None = None, **values: Any) -> None:
        """``references``: for an attribute, what it refers to, and the value that it has."""
        given = references or {}
        known = values | {name: value for name, (_, value) in given.items() if self._named}
        unknown = {} if self._named else dict.fromkeys(given, True)
        head = {"address": f"{kind}.{label}", "mode": "managed", "type": kind, "name": label}
        self._resources.append(head | {"values": known})
        self._changes.append(head | {"change": {"actions": ["create"], "after_unknown": unknown}})
        told = {name: {"references": [to, to.rpartition(".")[0]]} for name, (to, _) in given.items()}
        configured: dict[str, Any] = {name: {} for name, value in values.items() if value is not None}
        self._blocks.append(head | {"provider_config_key": "aws", "expressions": configured | told})

    def text(self) -> str:
        provider = {"region": {"constant_value": "eu-west-1"}, "allowed_account_ids": {"constant_value": [ACCOUNT]}}
        return json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.11.4",
                "planned_values": {"root_module": {"resources": self._resources}},
                "resource_changes": self._changes,
                "configuration": {
                    "provider_config": {"aws": {"expressions": provider}},
                    "root_module": {"resources": self._blocks},
                },
            }
        )


def as_plan(model: Model, path: Path, *, named: bool) -> Path:
    plan = _Plan(named=named)
    plan.add("aws_iam_policy", "limit", name="limit", path="/", policy=json.dumps(model.managed))
    limit = ("aws_iam_policy.limit.arn", LIMIT)
    for name, role in zip(ROLES, model.roles, strict=True):
        bounded = {"permissions_boundary": limit} if role.bounded else {}
        own = {"name": name, "path": "/", "assume_role_policy": json.dumps(role.trust), "tags_all": role.tags}
        plan.add("aws_iam_role", name, bounded, **own)
        holder = (f"aws_iam_role.{name}.name", name)
        if role.inline is not None:
            plan.add("aws_iam_role_policy", name, {"role": holder}, name="own", policy=json.dumps(role.inline))
        if role.attached:
            plan.add("aws_iam_role_policy_attachment", name, {"role": holder, "policy_arn": limit})
    plan.add("aws_s3_bucket", "data", bucket="data")
    plan.add("aws_sqs_queue", "orders", name="orders")
    if model.bucket is not None:
        bucket = {"bucket": ("aws_s3_bucket.data.id", "data")}
        plan.add("aws_s3_bucket_policy", "data", bucket, policy=json.dumps(model.bucket))
    if model.queue is not None:
        url = f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"
        queue = {"queue_url": ("aws_sqs_queue.orders.id", url)}
        plan.add("aws_sqs_queue_policy", "orders", queue, policy=json.dumps(model.queue))
    path.write_text(plan.text(), encoding="utf-8")
    return path


def answers(accounts: Organisation, secure: str | None) -> list[tuple[str, str, str, Effect, list[str]]]:
    """Effect and deciding statements of every request of the pool, by the documents' own words."""
    found = []
    callers = [f"role/{name}" for name in ROLES] + ["ec2.amazonaws.com", "arn:aws:iam::444455556666:role/else"]
    for who in callers:
        for action in ACTIONS:
            for resource in [role_arn(name) for name in ROLES] if action == "sts:AssumeRole" else RESOURCES:
                if action != "sts:AssumeRole" and action.split(":")[0] not in resource:
                    continue
                principal = resolve_principal(who, accounts)
                assert not isinstance(principal, UnknownPrincipal)
                context = RequestContext({"aws:SecureTransport": secure} if secure else None)
                request = Request(principal=principal, action=action, resource=Resource(arn=resource), context=context)
                asked = [(one.request, one.policies) for one in authorizations(request, accounts)]
                decision = decide_call(asked, CATALOGUE).deciding
                keys = sorted(one.key for one in decision.unknown_keys)
                found.append((who, action, resource, decision.effect, keys))
    return found


@given(models, st.sampled_from([None, "true", "false"]), st.booleans())
def test_a_plan_decides_like_the_folder_of_the_same_account(model: Model, secure: str | None, named: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = read_in_force(PolicySource(as_folder(model, Path(name) / "acme")))
        plan_file = as_plan(model, Path(name) / "plan.json", named=named)
        plan = read_in_force(PolicySource(plan_file, standalone=True))
        assert answers(plan, secure) == answers(folder, secure)


@given(models)
def test_a_plan_over_the_folder_of_the_same_account_changes_nothing(model: Model) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = as_folder(model, Path(name) / "acme")
        plan = as_plan(model, Path(name) / "plan.json", named=True)
        over = read_in_force(PolicySource(plan, base=base))
        assert answers(over, None) == answers(read_in_force(PolicySource(base)), None)
