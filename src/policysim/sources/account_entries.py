"""The entries of the maps of an account folder: policies of resources and sessions, VPC endpoints, tags, grants.

Each reader takes the key of an entry and its value. Source: the layout of the account folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.account import PolicyReference, VpcEndpoint
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType
from policysim.sources.key_grants import read_grant
from policysim.sources.policy_files import Documents, file_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.evaluation.key_grants import KeyGrant
    from policysim.sources.json_values import Json


def resource_policy(documents: Documents, arn: str, at: Json) -> AttachedPolicy | None:
    """The policy of a resource by its ARN; ``None`` where it was collected that there is none."""
    if at.empty:
        return None
    name = file_named(at) or f"policy of {arn}"
    return AttachedPolicy(name, documents.read(at, PolicyType.RESOURCE), None, arn)


def session_policies(documents: Documents, session: str, at: Json) -> tuple[AttachedPolicy | PolicyReference, ...]:
    """The session policies of a role or session: documents, and managed policies by their ARNs."""
    return tuple(_session_policy(documents, session, index, item) for index, item in enumerate(at.items()))


def _session_policy(documents: Documents, session: str, index: int, at: Json) -> AttachedPolicy | PolicyReference:
    path = file_named(at)
    if path is not None and path.startswith("arn:"):
        return PolicyReference(path.rsplit("/", 1)[-1], path)
    name = path or f"session_policies[{index}]"
    return AttachedPolicy(name, documents.read(at, PolicyType.SESSION), None, session)


def endpoint(documents: Documents, endpoint_id: str, at: Json) -> VpcEndpoint:
    """A VPC endpoint by its id; an entry without ``policy`` tells that the policy was not collected."""
    document = at.member("policy")
    attached = None
    if document is not None and not document.empty:
        name = file_named(document) or f"policy of {endpoint_id}"
        attached = AttachedPolicy(name, documents.read(document, PolicyType.VPCE), None, endpoint_id)
    return VpcEndpoint(
        id=endpoint_id,
        policy=attached,
        policy_collected=document is not None,
        vpc_id=at.optional_text("vpc_id"),
        service_name=at.optional_text("service_name"),
        endpoint_type=at.optional_text("endpoint_type"),
        account_id=at.optional_text("account_id"),
    )


def tags(_arn: str, at: Json) -> Mapping[str, str] | None:
    """The tags of a resource; ``None`` for ``null``."""
    return None if at.value is None else {key: value.text("the value of a tag") for key, value in at.members()}


def key_alias(_arn: str, at: Json) -> str | None:
    """The ARN of the key that an alias stands for; ``None`` for one that AWS keeps for a key that is not made yet."""
    return None if at.value is None else at.text("the ARN of a key")


def grants(_arn: str, at: Json) -> tuple[KeyGrant, ...]:
    """The grants of a key, as ``aws kms list-grants`` prints them."""
    return tuple(read_grant(grant) for grant in at.items())
