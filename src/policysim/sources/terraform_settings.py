"""What else a plan tells of the resources of an account: S3 settings, VPC endpoints, grants of keys, tags.

Source: the AWS provider's documentation of each type (as read in 2026); Amazon S3 User Guide,
access-control-block-public-access and about-object-ownership (the defaults of new buckets since April 2023).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from policysim.account.account import NOTHING_BLOCKED, BucketSettings, PublicAccess, VpcEndpoint
from policysim.evaluation.key_grants import KeyGrant
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.evaluation.services.s3_acls import ACLS_DISABLED
from policysim.language.policy_types import PolicyType
from policysim.language.request import PublicAccessBlock
from policysim.sources.s3_settings import EVERYTHING_BLOCKED
from policysim.sources.terraform_names import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policysim.account.on_demand import Reader
    from policysim.sources.terraform_plan import PlannedResource
    from policysim.sources.terraform_readers import PlanReaders

_BUCKET: Final = frozenset({"aws_s3_bucket"})
_KEY: Final = frozenset({"aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"})
_ENDPOINT: Final = "aws_vpc_endpoint"
_ENDPOINT_POLICY: Final = "aws_vpc_endpoint_policy"
_GRANT: Final = "aws_kms_grant"
_GRANTEES: Final = frozenset({"aws_iam_role", "aws_iam_user"})
_BLOCK_OF_ACCOUNT: Final = "aws_s3_account_public_access_block"
_BLOCK_OF_BUCKET: Final = "aws_s3_bucket_public_access_block"
_OWNERSHIP: Final = "aws_s3_bucket_ownership_controls"
_ACL: Final = "aws_s3_bucket_acl"

SETTINGS: Final = (_ENDPOINT, _ENDPOINT_POLICY, _GRANT, _BLOCK_OF_ACCOUNT, _BLOCK_OF_BUCKET, _OWNERSHIP, _ACL)
"""The types of resources that are read here alone."""


class Settings:
    """The settings of one plan, by account."""

    def __init__(self, readers: PlanReaders) -> None:
        self._readers = readers

    def public_access(self, account: str, before: PublicAccess | None) -> PublicAccess | None:
        """Block Public Access and ownership of an account and its buckets; ``None`` where nothing is known of them."""
        buckets = self._buckets(account, dict((before.buckets if before is not None else None) or {}))
        of_account = self._block_of_account(account, None if before is None else before.account)
        if not buckets and of_account is None:
            return before
        return PublicAccess(
            account=of_account, buckets=buckets or None, enforced=None if before is None else before.enforced
        )

    def _block_of_account(self, account: str, before: PublicAccessBlock | None) -> PublicAccessBlock | None:
        """The settings of the account; those that the plan takes away block nothing afterwards."""
        planned = [one for one in self._readers.plan.of_type(_BLOCK_OF_ACCOUNT) if self._account(one) == account]
        if planned:
            return _block(planned[0])
        removed = (one for one in self._readers.plan.removed if one.type == _BLOCK_OF_ACCOUNT)
        return NOTHING_BLOCKED if any(self._account(one) == account for one in removed) else before

    def _buckets(self, account: str, before: dict[str, BucketSettings]) -> dict[str, BucketSettings]:
        blocks, ownerships, lists = map(self._by_bucket, (_BLOCK_OF_BUCKET, _OWNERSHIP, _ACL))
        gone = {one.text("bucket") for one in self._readers.plan.removed if one.type in _BUCKET}
        opened = {one.text("bucket") for one in self._readers.plan.removed if one.type == _BLOCK_OF_BUCKET}
        freed = {one.text("bucket") for one in self._readers.plan.removed if one.type == _OWNERSHIP}
        found = {
            name: replace(
                settings,
                public_access_block=NOTHING_BLOCKED if name in opened else settings.public_access_block,
                ownership=None if name in freed else settings.ownership,
            )
            for name, settings in before.items()
            if name not in gone
        }
        made: set[str] = set()
        for one in self._readers.plan.of_type("aws_s3_bucket"):
            if self._account(one) != account:
                continue
            name = self._readers.names.name(one)
            old = BucketSettings() if one.created else found.get(name, BucketSettings())
            if name in opened and not one.created:
                old = replace(old, public_access_block=NOTHING_BLOCKED)
            found[name] = BucketSettings(
                public_access_block=_block(blocks[name])
                if name in blocks
                else EVERYTHING_BLOCKED
                if one.created
                else old.public_access_block,
                ownership=_ownership(ownerships[name])
                if name in ownerships
                else ACLS_DISABLED
                if one.created and name not in lists
                else old.ownership,
                abac=old.abac,
                acl=None if name in lists else old.acl,
                objects=old.objects,
            )
            made.add(name)
        return found | self._of_others(account, found, made)

    def _of_others(
        self, account: str, found: Mapping[str, BucketSettings], made: set[str]
    ) -> dict[str, BucketSettings]:
        """What the plan sets of buckets that it does not hold."""
        others: dict[str, BucketSettings] = {}
        for kind in (_BLOCK_OF_BUCKET, _OWNERSHIP, _ACL):
            for name, one in self._by_bucket(kind).items():
                if name in made or self._account(one) != account:
                    continue
                old = others.get(name) or found.get(name, BucketSettings())
                if kind == _BLOCK_OF_BUCKET:
                    others[name] = replace(old, public_access_block=_block(one))
                else:
                    others[name] = (
                        replace(old, ownership=_ownership(one)) if kind == _OWNERSHIP else replace(old, acl=None)
                    )
        return others

    def _by_bucket(self, kind: str) -> dict[str, PlannedResource]:
        found = {}
        for one in self._readers.plan.of_type(kind):
            target = None if one.text("bucket") else self._readers.references.target(one, "bucket", _BUCKET)
            name = one.text("bucket") or (None if target is None else self._readers.names.name(target))
            if name is not None:
                found[name] = one
        return found

    def endpoints(self, account: str) -> dict[str, Reader[VpcEndpoint]]:
        """The VPC endpoints of an account, by id."""
        policies = {}
        for one in self._readers.plan.of_type(_ENDPOINT_POLICY):
            target = self._readers.references.target(one, "vpc_endpoint_id", frozenset({_ENDPOINT}))
            policies[one.text("vpc_endpoint_id") or (target.address if target is not None else "")] = one
        endpoints = [one for one in self._readers.plan.of_type(_ENDPOINT) if self._account(one) == account]
        return {_endpoint_id(one): partial(self._endpoint, one, policies) for one in endpoints}

    def _endpoint(self, one: PlannedResource, policies: Mapping[str, PlannedResource]) -> VpcEndpoint:
        setter = policies.get(_endpoint_id(one)) or policies.get(one.address) or policies.get("")
        holder = setter or one
        computed = setter is None and one.created and not self._readers.plan.is_configured(one, "policy")
        policy = None if computed else self._readers.documents.policy(holder, "policy", PolicyType.VPCE)
        name = _endpoint_id(one)
        return VpcEndpoint(
            id=name,
            policy=None if policy is None else AttachedPolicy(holder.address, policy, None, name),
            vpc_id=one.text("vpc_id"),
            service_name=one.text("service_name"),
            endpoint_type=one.text("vpc_endpoint_type"),
            account_id=self._account(one),
        )

    def grants(self, account: str) -> dict[str, tuple[KeyGrant, ...]]:
        """The grants of the keys that the plan makes; others may have grants that no plan tells of."""
        keys = [one for one in self._readers.plan.of_type(*_KEY) if one.created and self._account(one) == account]
        found: dict[str, tuple[KeyGrant, ...]] = {self._readers.names.arn(key): () for key in keys}
        for one in self._readers.plan.of_type(_GRANT):
            key = self._readers.references.target(one, "key_id", _KEY)
            arn = one.text("key_id") if key is None else self._readers.names.arn(key)
            grant = self._grant(one)
            if grant is None and arn in found:
                del found[arn]
            elif grant is not None and arn in found:
                found[arn] = (*found[arn], grant)
        return found

    def _grant(self, one: PlannedResource) -> KeyGrant | None:
        """A grant; ``None`` where whom it serves is not known."""
        target = self._readers.references.target(one, "grantee_principal", _GRANTEES)
        grantee = one.text("grantee_principal") or (None if target is None else self._readers.names.arn(target))
        if grantee is None or one.is_unknown("operations") or one.is_unknown("constraints"):
            return None
        constraints = [block for block in one.items("constraints") if not block.empty]
        pairs: dict[str, tuple[tuple[str, str], ...]] = {}
        for block in constraints:
            for name in ("encryption_context_equals", "encryption_context_subset"):
                member = block.member(name)
                if member is not None and not member.empty:
                    pairs[name] = tuple((key, value.text()) for key, value in member.members())
        return KeyGrant(
            grantee,
            tuple(operation.text() for operation in one.items("operations")),
            retiring=one.text("retiring_principal"),
            name=one.text("name") or one.address,
            context_equals=pairs.get("encryption_context_equals"),
            context_subset=pairs.get("encryption_context_subset"),
            issuing_account=f"arn:{self._readers.accounts.of(one).partition}:iam::{self._account(one)}:root",
        )

    def tags(self, account: str) -> dict[str, dict[str, str]]:
        """The tags of the resources whose ARN is known, by ARN."""
        listed = [one for one in self._readers.plan.of_type(*FORMS) if self._account(one) == account]
        tags = ((one, self._readers.accounts.tags_of(one)) for one in listed)
        return {self._readers.names.arn(one): found for one, found in tags if found is not None}

    def _account(self, one: PlannedResource) -> str:
        return self._readers.accounts.of(one).account


def _endpoint_id(one: PlannedResource) -> str:
    return one.text("id") or one.address


def _block(one: PlannedResource) -> PublicAccessBlock:
    """The four settings; one that is not stated is off."""

    def setting(name: str) -> bool | None:
        return None if one.is_unknown(name) else one.flag(name) or False

    return PublicAccessBlock(
        block_public_acls=setting("block_public_acls"),
        ignore_public_acls=setting("ignore_public_acls"),
        block_public_policy=setting("block_public_policy"),
        restrict_public_buckets=setting("restrict_public_buckets"),
    )


def _ownership(one: PlannedResource) -> str | None:
    return next((block.optional_text("object_ownership") for block in one.items("rule")), None)
