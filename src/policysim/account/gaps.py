"""What was not collected, as gaps: one sentence each, and the AWS CLI call that fetches it.

A gap never says "there is none"; that is what a collected emptiness is for. Source of the calls: AWS CLI Command
Reference.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.account.policy_calls import (
    access_point_call,
    managed_policy_call,
    organisation_policy_call,
    resource_policy_call,
    trust_policy_call,
)
from policysim.evaluation.policy_set import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.account.account import AccessPointBucket, Account, PolicyReference
    from policysim.language.arns import Arn

NOT_COLLECTED_CODE: Final = "not-collected"
POLICY_MISSING_CODE: Final = "policy-missing"
ACCOUNT_MISSING_CODE: Final = "account-missing"
OWNER_UNKNOWN_CODE: Final = "owner-unknown"
ENTITY_UNKNOWN_CODE: Final = "principal-unknown"
ENDPOINT_UNKNOWN_CODE: Final = "endpoint-unknown"
BUCKET_UNKNOWN_CODE: Final = "bucket-unknown"

_DETAILS_COMMAND: Final = "aws iam get-account-authorization-details"
_TARGET_COMMAND: Final = "aws organizations list-policies-for-target --target-id {node} --filter {kind}"


def account_missing(account_id: str, what: str) -> Gap:
    """No folder of the account is at hand."""
    return Gap(ACCOUNT_MISSING_CODE, f"account `{account_id}` is not at hand, so its {what} are not known")


def details_missing(account: Account) -> Gap:
    """The authorization details of an account were not collected."""
    sentence = f"the users, roles and policies of account `{account.id}` were not collected"
    return Gap(NOT_COLLECTED_CODE, sentence, _DETAILS_COMMAND)


def entity_missing(account: Account, arn: str) -> Gap:
    """A user, group or role is not among those of its account."""
    sentence = f"`{arn}` is not in the authorization details of account `{account.id}`"
    return Gap(NOT_COLLECTED_CODE, sentence, _DETAILS_COMMAND)


def others_unknown(account: Account) -> Gap:
    """A user, group or role is not among those that a plan or template makes."""
    return Gap(
        NOT_COLLECTED_CODE, f"a plan or template does not tell the other users and roles of account `{account.id}`"
    )


def entity_unknown(what: str) -> Gap:
    """Which user or role stands behind the caller is not known."""
    return Gap(ENTITY_UNKNOWN_CODE, f"{what} is not known, so its policies are not known")


def policy_missing(reference: PolicyReference) -> Gap:
    """A managed policy is attached and its document is not at hand."""
    sentence = f"the managed policy `{reference.arn}` is attached, but its document was not collected"
    return Gap(POLICY_MISSING_CODE, sentence, managed_policy_call(reference.arn))


def session_policies_missing(account: Account, session: str) -> Gap:
    """Whether a session has session policies was not collected; no AWS API tells it afterwards."""
    return Gap(NOT_COLLECTED_CODE, f"the session policies of `{session}` were not collected in account `{account.id}`")


def resource_policy_missing(account: Account, holders: Sequence[str]) -> Gap:
    """The policy of a resource was not collected, neither on it nor on what holds it (the last of ``holders``).

    The sentence repeats what AWS answered to the collection.
    """
    refused = next((gap for gap in account.gaps if gap.what in holders), None)
    answer = f" (`{refused.call}` was answered with {refused.error})" if refused is not None else ""
    sentence = f"the resource policy of `{holders[-1]}` was not collected{answer}"
    return Gap(NOT_COLLECTED_CODE, sentence, resource_policy_call(holders[-1]))


def resource_policies_unknown(service: str, arn: str) -> Gap:
    """Whether a resource of this service can have a policy of its own is not known."""
    sentence = f"whether `{arn}` has a resource policy is not known: `{service}` is not in the table of services"
    return Gap(NOT_COLLECTED_CODE, sentence)


def vault_unknown(arn: str) -> Gap:
    """A recovery point stands under the access policy of its vault, which its ARN does not name."""
    return Gap(NOT_COLLECTED_CODE, f"the backup vault that holds `{arn}` is not known, so its policy is not known")


def bucket_unknown(access_point: Arn, buckets: Sequence[AccessPointBucket]) -> Gap:
    """Which bucket a request through an access point reaches; with several, S3 chooses one itself (spec S17)."""
    if len(buckets) > 1:
        names = ", ".join(f"`{bucket.name}`" for bucket in buckets)
        sentence = (
            f"which bucket `{access_point}` leads to is not known beforehand ({names}), and it must allow as well"
        )
        return Gap(BUCKET_UNKNOWN_CODE, sentence)
    sentence = f"the bucket behind `{access_point}` was not collected, and it must allow as well"
    return Gap(BUCKET_UNKNOWN_CODE, sentence, access_point_call(access_point))


def network_origin_unknown(access_point: Arn) -> Gap:
    """Whether only a VPC reaches the access point was not collected."""
    sentence = f"the network origin of `{access_point}` was not collected"
    return Gap(NOT_COLLECTED_CODE, sentence, access_point_call(access_point))


def access_list_missing(arn: str) -> Gap:
    """The access control list of an S3 object was not collected; a list can only allow (spec S13)."""
    bucket, _, key = arn.rpartition(":")[2].partition("/")
    command = f"aws s3api get-object-acl --bucket {quote(bucket)} --key {quote(key)}"
    return Gap(NOT_COLLECTED_CODE, f"the access control list of `{arn}` was not collected", command, may_deny=False)


def bucket_list_missing(arn: str) -> Gap:
    """The access control list of an S3 bucket was not collected; a list can only allow (spec X12)."""
    bucket = arn.rpartition(":")[2].partition("/")[0]
    command = f"aws s3api get-bucket-acl --bucket {quote(bucket)}"
    sentence = f"the access control list of bucket `{bucket}` was not collected"
    return Gap(NOT_COLLECTED_CODE, sentence, command, may_deny=False)


def ownership_unknown(arn: str) -> Gap:
    """Whether access control lists count on the bucket at all was not collected (spec S14)."""
    bucket = arn.rpartition(":")[2].partition("/")[0]
    sentence = f"whether access control lists count on `{bucket}` was not collected"
    command = f"aws s3api get-bucket-ownership-controls --bucket {quote(bucket)}"
    return Gap(NOT_COLLECTED_CODE, sentence, command, may_deny=False)


def public_lists_unknown(arn: str) -> Gap:
    """Whether S3 Block Public Access ignores the public grants of the list was not collected (spec S15)."""
    bucket = arn.rpartition(":")[2].partition("/")[0]
    sentence = f"whether public access control lists are ignored on `{bucket}` was not collected"
    command = f"aws s3api get-public-access-block --bucket {quote(bucket)}"
    return Gap(NOT_COLLECTED_CODE, sentence, command, may_deny=False)


def share_unknown(arn: str, account: Account | None) -> Gap:
    """A share of AWS RAM may let other accounts use the resource, and acts as its policy (spec X7)."""
    owner = f" by account `{account.id}`" if account is not None else ""
    sentence = f"whether `{arn}` is shared{owner} through AWS RAM was not collected"
    command = f"aws ram get-resource-policies --resource-arns {quote(arn)}"
    return Gap(NOT_COLLECTED_CODE, sentence, command, may_deny=False)


def trust_policy_missing(arn: str) -> Gap:
    """A role is there and its trust policy is not."""
    return Gap(NOT_COLLECTED_CODE, f"the trust policy of `{arn}` was not collected", trust_policy_call(arn))


def key_unknown(arn: str) -> Gap:
    """An alias stands for a key, whose policy decides; which key was not collected (spec S22)."""
    sentence = f"the key behind `{arn}` is not known, so its policy is not known"
    return Gap(NOT_COLLECTED_CODE, sentence, f"aws kms describe-key --key-id {quote(arn)}")


def grants_missing(arn: str) -> Gap:
    """The grants of a key were not collected; a grant can only allow (spec S23)."""
    sentence = f"the grants of `{arn}` were not collected"
    return Gap(NOT_COLLECTED_CODE, sentence, f"aws kms list-grants --key-id {quote(arn)}", may_deny=False)


def owner_unknown(arn: str) -> Gap:
    """Neither the ARN nor a folder tells whose the resource is (spec R22)."""
    return Gap(OWNER_UNKNOWN_CODE, f"the account that owns `{arn}` is not known, so its policies are not known")


def organisation_missing(account_id: str, kind: str) -> Gap:
    """Whether the account is in an organisation, or where in it, was not collected."""
    sentence = f"the {kind} of account `{account_id}` were not collected: no organisation at hand lists it"
    return Gap(NOT_COLLECTED_CODE, sentence, "aws organizations describe-organization")


def node_policies_missing(node: str, kind: str, policy_type: str) -> Gap:
    """The policies attached to a node of the organisation were not collected."""
    command = _TARGET_COMMAND.format(node=quote(node), kind=policy_type)
    return Gap(NOT_COLLECTED_CODE, f"the {kind} attached to `{node}` were not collected", command)


def organisation_policy_missing(name: str, node: str, policy_id: str | None) -> Gap:
    """A policy is attached to a node of the organisation and its document is not at hand."""
    command = organisation_policy_call(policy_id) if policy_id else ""
    return Gap(POLICY_MISSING_CODE, f"the policy `{name}` is attached to `{node}`, but has no document", command)


def endpoint_missing(endpoint_id: str) -> Gap:
    """The request came through an endpoint that no folder at hand lists, or whose policy it lacks."""
    command = f"aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {quote(endpoint_id)}"
    return Gap(NOT_COLLECTED_CODE, f"the policy of VPC endpoint `{endpoint_id}` was not collected", command)


def endpoint_unknown() -> Gap:
    """Whether the request came through a VPC endpoint, and which, is not known."""
    sentence = "whether the request came through a VPC endpoint is not known (`aws:SourceVpce`)"
    return Gap(ENDPOINT_UNKNOWN_CODE, sentence)


def endpoints_missing(account: Account) -> Gap:
    """The endpoints through which the request may have come were not collected."""
    sentence = f"the VPC endpoints of account `{account.id}` were not collected"
    return Gap(NOT_COLLECTED_CODE, sentence, "aws ec2 describe-vpc-endpoints")
