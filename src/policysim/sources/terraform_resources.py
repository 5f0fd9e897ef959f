"""The resource-based policies of a plan, by the ARN of the resource that each hangs on.

A resource of the plan that has no policy in it has none once the plan was applied; of other resources a plan says
nothing. Source: the AWS provider's documentation of each type (as read in 2026); AWS KMS Developer Guide,
key-policy-default.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import partition_of_region
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.arns import parse_arn
from policysim.language.policy import Policy, Unresolved
from policysim.language.policy_types import PolicyType
from policysim.sources.terraform_documents import unknown_policy, written_policy
from policysim.sources.terraform_names import FORMS
from policysim.sources.terraform_permissions import PERMISSION, permissions_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.account.on_demand import Reader
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_readers import PlanReaders

_KEYS: Final = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key")


_TOPIC: Final = "aws_sns_topic"
_TOPIC_OPERATIONS: Final = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)
"""What the policy of a new topic speaks of (Amazon SNS Developer Guide, sns-access-policy-use-cases)."""


class _Row(NamedTuple):
    """A type of resource that sets the policy of another: how it names that one, and of which types that can be."""

    target: str
    types: tuple[str, ...]
    policy: str = "policy"


_POLICIES: Final[dict[str, _Row]] = {
    "aws_s3_bucket_policy": _Row("bucket", ("aws_s3_bucket",)),
    "aws_kms_key_policy": _Row("key_id", _KEYS),
    "aws_sqs_queue_policy": _Row("queue_url", ("aws_sqs_queue",)),
    "aws_sns_topic_policy": _Row("arn", (_TOPIC,)),
    "aws_secretsmanager_secret_policy": _Row("secret_arn", ("aws_secretsmanager_secret",)),
    "aws_ecr_repository_policy": _Row("repository", ("aws_ecr_repository",)),
    "aws_dynamodb_resource_policy": _Row("resource_arn", ("aws_dynamodb_table",)),
    "aws_kinesis_resource_policy": _Row("resource_arn", ("aws_kinesis_stream",)),
    "aws_efs_file_system_policy": _Row("file_system_id", ("aws_efs_file_system",)),
    "aws_backup_vault_policy": _Row("backup_vault_name", ("aws_backup_vault",)),
    "aws_opensearch_domain_policy": _Row("domain_name", ("aws_opensearch_domain",), "access_policies"),
    "aws_elasticsearch_domain_policy": _Row("domain_name", ("aws_elasticsearch_domain",), "access_policies"),
    "aws_cloudwatch_event_bus_policy": _Row("event_bus_name", ("aws_cloudwatch_event_bus",)),
    "aws_api_gateway_rest_api_policy": _Row("rest_api_id", ("aws_api_gateway_rest_api",)),
}
"""The resources that hold nothing but the policy of another one."""

_OWN: Final[dict[str, str]] = {
    "aws_s3_bucket": "policy",
    **dict.fromkeys(_KEYS, "policy"),
    "aws_sqs_queue": "policy",
    _TOPIC: "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_opensearch_domain": "access_policies",
    "aws_elasticsearch_domain": "access_policies",
    "aws_api_gateway_rest_api": "policy",
}
"""The attributes in which a resource holds its own policy, also one that another resource sets."""

_QUEUE_URL: Final = re.compile(r"https://sqs\.([a-z0-9-]+)\.[a-z.]+/(\d{12})/([\w.-]+)")
"""The URL of a queue: its Region, its account and its name (Amazon SQS Developer Guide, queue identifiers)."""

_DEFAULT_BUS: Final = "default"
_GLUE: Final = "aws_glue_resource_policy"
POLICY_TYPES: Final = (*_POLICIES, _GLUE, PERMISSION)
"""The types of resources that are the policy of another, or a part of it."""

_WITHOUT: Final = ("aws_iam_", "aws_kms_alias")
"""How the types begin that have no resource-based policy, or a trust policy in its place."""


class ResourcePolicies:
    """The resource-based policies of one plan."""

    def __init__(self, readers: PlanReaders) -> None:
        self._readers = readers
        self._by_name: dict[str, dict[str, list[PlannedResource]]] = {}
        self._set: dict[str, list[PlannedResource]] = {}
        self._anywhere: dict[str, list[PlannedResource]] = {}
        self._permissions: dict[str, list[PlannedResource]] = {}
        for kind, row in _POLICIES.items():
            for one in readers.plan.of_type(kind):
                self._enter(one, row)
        for one in readers.plan.of_type(_GLUE):
            self._set.setdefault(self._catalog(one), []).append(one)
        for one in readers.plan.of_type(PERMISSION):
            self._enter_permission(one)
        self.cleared = frozenset(self._cleared())
        listed = [one for one in readers.plan.of_type(*FORMS) if not one.type.startswith(_WITHOUT)]
        self._made = {readers.names.arn(one) for one in listed if one.created}
        self._silent = {readers.names.arn(one) for one in listed if not one.created and one.type not in _OWN}
        self._withdrawn: dict[str, set[str | None]] = {}
        for one in readers.plan.removed:
            arn = self._of_permission(one) if one.type == PERMISSION else None
            if arn is not None:
                self._withdrawn.setdefault(arn, set()).add(one.text("statement_id"))

    def over(
        self, arn: str, planned: Reader[AttachedPolicy | None], before: AttachedPolicy | None
    ) -> Reader[AttachedPolicy | None]:
        """The policy of a resource that was collected with ``before``.

        Where the plan holds a resource that is there already and nothing that sets its policy, what was collected
        stays; permissions of a function come beside those that it has.
        """
        if arn in self.cleared or arn in self._set or arn in self._made:
            return planned
        before = self._without_withdrawn(arn, before)
        if arn in self._permissions and before is not None:
            return partial(self._beside, arn, planned, before)
        return planned if arn in self._permissions or arn not in self._silent else lambda: before

    def _beside(
        self, arn: str, planned: Reader[AttachedPolicy | None], before: AttachedPolicy
    ) -> AttachedPolicy | None:
        added = planned()
        if added is None:
            return before
        own = {one.text("statement_id") for one in self._permissions[arn]}
        kept = tuple(statement for statement in before.policy.statements if statement.sid not in own)
        unresolved = (*before.policy.unresolved, *added.policy.unresolved)
        policy = replace(before.policy, statements=(*kept, *added.policy.statements), unresolved=unresolved)
        return before._replace(policy=policy)

    def reduced(self, before: Mapping[str, AttachedPolicy | None]) -> dict[str, Reader[AttachedPolicy | None]]:
        """The policies that were collected of functions from which the plan takes permissions."""
        withdrawn = [arn for arn in self._withdrawn if arn in before]
        return {arn: partial(self._without_withdrawn, arn, before[arn]) for arn in withdrawn}

    def _without_withdrawn(self, arn: str, before: AttachedPolicy | None) -> AttachedPolicy | None:
        gone = self._withdrawn.get(arn)
        if before is None or gone is None:
            return before
        kept = tuple(statement for statement in before.policy.statements if statement.sid not in gone)
        return before._replace(policy=replace(before.policy, statements=kept))

    def by_account(self) -> dict[str, dict[str, Reader[AttachedPolicy | None]]]:
        """The policies by account and by ARN; ``None`` where a resource of the plan has none."""
        found: dict[str, dict[str, Reader[AttachedPolicy | None]]] = {}
        for one in self._readers.plan.of_type(*(kind for kind in FORMS if not kind.startswith(_WITHOUT))):
            arn, account = self._readers.names.arn(one), self._readers.accounts.of(one).account
            found.setdefault(account, {})[arn] = partial(self._of, arn, one)
        for arn, setters in (*self._set.items(), *self._permissions.items()):
            parsed = parse_arn(arn)
            account = parsed.account if parsed is not None and parsed.account else ""
            account = account or self._readers.accounts.of(setters[0]).account
            found.setdefault(account, {}).setdefault(arn, partial(self._of, arn, None))
        return found

    def _enter(self, one: PlannedResource, row: _Row) -> None:
        arn = self._target(one, row)
        if arn is not None:
            self._set.setdefault(arn, []).append(one)
        else:
            for kind in row.types:
                self._anywhere.setdefault(kind, []).append(one)

    def _target(self, one: PlannedResource, row: _Row) -> str | None:
        """The ARN of the resource whose policy this is; ``None``: nothing tells it."""
        known = one.text(row.target)
        if known is not None:
            return self._arn_of(one, known, row.types[0])
        if not one.is_unknown(row.target):
            bus = one.type == "aws_cloudwatch_event_bus_policy"
            return self._readers.names.composed(one, _DEFAULT_BUS, row.types[0]) if bus else None
        target = self._readers.references.target(one, row.target, frozenset(row.types))
        return None if target is None else self._readers.names.arn(target)

    def _arn_of(self, one: PlannedResource, text: str, kind: str) -> str:
        """The ARN of what is named by an ARN, the URL of a queue, an id or a name; one of the plan has its own."""
        if parse_arn(text) is not None:
            return text
        queue = _QUEUE_URL.fullmatch(text)
        if queue is not None:
            return f"arn:{partition_of_region(queue[1])}:sqs:{queue[1]}:{queue[2]}:{queue[3]}"
        beside = [other for other in self._named(kind).get(text, ()) if self._is_beside(one, other)]
        return self._readers.names.arn(beside[0]) if beside else self._readers.names.composed(one, text, kind)

    def _named(self, kind: str) -> dict[str, list[PlannedResource]]:
        if kind not in self._by_name:
            found: dict[str, list[PlannedResource]] = {}
            for one in self._readers.plan.of_type(kind):
                found.setdefault(self._readers.names.name(one), []).append(one)
            self._by_name[kind] = found
        return self._by_name[kind]

    def _is_beside(self, one: PlannedResource, other: PlannedResource) -> bool:
        """Whether both are in one account and Region, as far as that is told: a state tells it of few resources."""
        here, there = self._readers.accounts.of(one), self._readers.accounts.of(other)
        return here.account == there.account and (None in (here.region, there.region) or here.region == there.region)

    def _catalog(self, one: PlannedResource) -> str:
        where = self._readers.accounts.of(one)
        return f"arn:{where.partition}:glue:{self._readers.accounts.region_of(one)}:{where.account}:catalog"

    def _enter_permission(self, one: PlannedResource) -> None:
        arn = self._of_permission(one)
        if arn is None:
            self._anywhere.setdefault("aws_lambda_function", []).append(one)
        else:
            self._permissions.setdefault(arn, []).append(one)

    def _of_permission(self, one: PlannedResource) -> str | None:
        """The ARN of the function, version or alias that a permission is about; ``None``: nothing tells it."""
        arn, qualifier = self._target(one, _Row("function_name", ("aws_lambda_function",))), one.text("qualifier")
        return f"{arn}:{qualifier}" if arn is not None and qualifier else arn

    def _cleared(self) -> Iterator[str]:
        """The ARNs whose policy the plan deletes; those of resources that it deletes."""
        for one in self._readers.plan.removed:
            row = _POLICIES.get(one.type)
            if row is not None and (known := one.text(row.target)) is not None:
                yield self._arn_of(one, known, row.types[0])
            elif one.type in FORMS:
                yield self._readers.names.arn(one)

    def _of(self, arn: str, own: PlannedResource | None) -> AttachedPolicy | None:
        policy, name = self._policy(arn, own)
        doubts = tuple(
            Unresolved(f"which resource `{one.address}` sets the policy of is known only after the plan was applied")
            for one in (self._anywhere.get(own.type, ()) if own is not None else ())
        )
        if doubts and own is not None:
            policy = policy or Policy(PolicyType.RESOURCE, None, None, (), (), self._anywhere[own.type][0].at.location)
            policy = replace(policy, unresolved=(*policy.unresolved, *doubts))
        return None if policy is None else AttachedPolicy(name, policy, None, arn)

    def _policy(self, arn: str, own: PlannedResource | None) -> tuple[Policy | None, str]:
        setters = self._set.get(arn, [])
        if len(setters) > 1:
            names = " and ".join(f"`{one.address}`" for one in setters)
            return unknown_policy(setters[0], f"which of {names} sets the policy", PolicyType.RESOURCE), arn
        if setters:
            row = _POLICIES.get(setters[0].type)
            attribute = "policy" if row is None else row.policy
            return self._readers.documents.required(setters[0], attribute, PolicyType.RESOURCE), setters[0].address
        if arn in self._permissions:
            return permissions_policy(self._permissions[arn], arn), f"policy of {arn}"
        if own is None:
            return None, arn
        return (None if arn in self.cleared else self._own(own)), own.address

    def _own(self, one: PlannedResource) -> Policy | None:
        attribute = _OWN.get(one.type)
        if attribute is None:
            return None
        if one.known(attribute) is not None or not one.created or self._readers.plan.is_configured(one, attribute):
            found = self._readers.documents.policy(one, attribute, PolicyType.RESOURCE)
        else:
            found = None
        if found is None and one.type in _KEYS:
            return self._default_key_policy(one)
        return self._default_topic_policy(one) if found is None and one.type == _TOPIC and one.created else found

    def _default_key_policy(self, key: PlannedResource) -> Policy:
        """The policy that AWS KMS gives a key for which none is stated: the account decides by its own policies."""
        where = self._readers.accounts.of(key)
        statement = {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{where.partition}:iam::{where.account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        return written_policy({"Version": "2012-10-17", "Statement": [statement]}, key.at, PolicyType.RESOURCE)

    def _default_topic_policy(self, topic: PlannedResource) -> Policy:
        """The policy that Amazon SNS gives a new topic: its owner may do everything that concerns the topic."""
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [f"SNS:{name}" for name in _TOPIC_OPERATIONS],
            "Resource": self._readers.names.arn(topic),
            "Condition": {"StringEquals": {"AWS:SourceOwner": self._readers.accounts.of(topic).account}},
        }
        document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
        return written_policy(document, topic.at, PolicyType.RESOURCE)
