"""Where to look for the value of a condition key that an event does not show.

Source: IAM User Guide, reference_policies_condition-keys; CloudTrail User Guide, record contents; spec C42 to C70.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request

_EXACT: Final[dict[str, str]] = {
    "aws:calledvia": "`userIdentity.invokedBy` of the event names the last service that called on the caller's behalf",
    "aws:calledviafirst": "the first event of the chain of services tells; `userIdentity.invokedBy` names the last",
    "aws:calledvialast": "`userIdentity.invokedBy` of the event",
    "aws:federatedprovider": "`sessionContext.webIdFederationData` of the event",
    "aws:multifactorauthage": "`sessionContext.attributes.creationDate` of the event, if MFA was used at all",
    "aws:multifactorauthpresent": "`sessionContext.attributes.mfaAuthenticated` of the event",
    "aws:principalorgid": "`aws organizations describe-organization --query Organization.Id`",
    "aws:principalorgpaths": "`aws organizations list-parents --child-id {account}`, up to the root",
    "aws:referer": "only the caller knows which referer it sent",
    "aws:requestedregion": "`awsRegion` of the event",
    "aws:resourceaccount": "the account that owns `{resource}`",
    "aws:resourceorgid": "`aws organizations describe-organization`, run in the account that owns `{resource}`",
    "aws:resourceorgpaths": "`aws organizations list-parents`, for the account that owns `{resource}`",
    "aws:securetransport": "`tlsDetails` of the event is there when the call was encrypted",
    "aws:sourceaccount": "the calling service sets it: the account of the resource that it works for",
    "aws:sourcearn": "the calling service sets it: the ARN of the resource that it works for",
    "aws:sourceidentity": "`sessionContext.sourceIdentity` of the event",
    "aws:sourceip": "`sourceIPAddress` of the event, unless the call came through a VPC endpoint",
    "aws:sourcevpc": "`aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[VpcEndpointId,VpcId]'`",
    "aws:sourcevpce": "`vpcEndpointId` of the event",
    "aws:tagkeys": "the tags in `requestParameters` of the event",
    "aws:useragent": "`userAgent` of the event",
    "aws:userid": "`userIdentity.principalId` of the event",
    "aws:viaawsservice": "`userIdentity.invokedBy` of the event is there when a service made the call for the caller",
    "aws:vpcsourceip": "`sourceIPAddress` of the event, if the call came through a VPC endpoint",
    "iam:passedtoservice": "the service that is to get the role: the one that was called with it",
    "kms:encryptioncontextkeys": "`requestParameters.encryptionContext` of the event",
    "kms:viaservice": "the service that called AWS KMS for the caller: `userIdentity.invokedBy` of the event",
    "s3:prefix": "`requestParameters.prefix` of the event",
    "sts:externalid": "`requestParameters.externalId` of the event",
    "sts:rolesessionname": "`requestParameters.roleSessionName` of the event",
}

_PREFIXES: Final[tuple[tuple[str, str], ...]] = (
    ("aws:principaltag/", "`aws iam list-{entity}-tags --{entity}-name {name}`, and the tags of the session"),
    ("aws:requesttag/", "the tags in `requestParameters` of the event"),
    ("aws:resourcetag/", "`aws resourcegroupstaggingapi get-resources --resource-arn-list {resource_word}`"),
    ("ec2:resourcetag/", "`aws resourcegroupstaggingapi get-resources --resource-arn-list {resource_word}`"),
    ("kms:encryptioncontext:", "`requestParameters.encryptionContext` of the event"),
    ("s3:existingobjecttag/", "`aws s3api get-object-tagging` for `{resource}`"),
    ("s3:requestobjecttag/", "the tags in `requestParameters` of the event"),
    ("s3:x-amz-", "the header of the same name in `requestParameters` of the event"),
    ("saml:", "the SAML assertion of the sign-in"),
)

_ELSEWHERE: Final = "`requestParameters` of the event, or whoever made the call"


def where_to_look(key: str, request: Request) -> str:
    """Where the value of a key can be found, as words that may hold a command."""
    lower = key.lower()
    found = _EXACT.get(lower) or next((words for prefix, words in _PREFIXES if lower.startswith(prefix)), _ELSEWHERE)
    principal = request.principal
    own = parse_arn(principal.entity_arn or principal.arn or "")
    return found.format(
        account=quote(principal.account or "ACCOUNT"),
        resource=request.resource.arn,
        resource_word=quote(request.resource.arn),
        entity="user" if own is not None and own.resource_type == "user" else "role",
        name=quote(own.name) if own is not None else "NAME",
    )
