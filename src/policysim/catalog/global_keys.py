"""The global condition keys: type, whether they hold several values, whether every request has them.

Dated data, as read from the IAM User Guide, reference_policies_condition-keys, in 2026 (spec C42 to C70).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class CatalogKey(NamedTuple):
    """One condition key. ``type`` is a word of the Service Authorization Reference."""

    name: str
    type: str
    multivalued: bool = False
    always_present: bool = False


GLOBAL_KEYS: Final[tuple[CatalogKey, ...]] = (
    CatalogKey("aws:AssumedRoot", "Bool"),
    CatalogKey("aws:CalledVia", "String", multivalued=True),
    CatalogKey("aws:CalledViaAWSMCP", "String"),
    CatalogKey("aws:CalledViaFirst", "String"),
    CatalogKey("aws:CalledViaLast", "String"),
    CatalogKey("aws:ChatbotSourceArn", "ARN"),
    CatalogKey("aws:CurrentTime", "Date", always_present=True),
    CatalogKey("aws:Ec2InstanceSourcePrivateIPv4", "IPAddress"),
    CatalogKey("aws:Ec2InstanceSourceVpc", "String"),
    CatalogKey("aws:EpochTime", "Date", always_present=True),
    CatalogKey("aws:FederatedProvider", "String"),
    CatalogKey("aws:IsMcpServiceAction", "Bool"),
    CatalogKey("aws:MultiFactorAuthAge", "Numeric"),
    CatalogKey("aws:MultiFactorAuthPresent", "Bool"),
    CatalogKey("aws:PrincipalAccount", "String", always_present=True),
    CatalogKey("aws:PrincipalArn", "ARN"),
    CatalogKey("aws:PrincipalIsAWSService", "Bool"),
    CatalogKey("aws:PrincipalOrgID", "String"),
    CatalogKey("aws:PrincipalOrgPaths", "String", multivalued=True),
    CatalogKey("aws:PrincipalServiceName", "String"),
    CatalogKey("aws:PrincipalServiceNamesList", "String", multivalued=True),
    CatalogKey("aws:PrincipalTag/", "String"),
    CatalogKey("aws:PrincipalType", "String", always_present=True),
    CatalogKey("aws:referer", "String"),
    CatalogKey("aws:RequestedRegion", "String", always_present=True),
    CatalogKey("aws:RequestTag/", "String"),
    CatalogKey("aws:ResourceAccount", "String"),
    CatalogKey("aws:ResourceOrgID", "String"),
    CatalogKey("aws:ResourceOrgPaths", "String", multivalued=True),
    CatalogKey("aws:ResourceTag/", "String"),
    CatalogKey("aws:SecureTransport", "Bool", always_present=True),
    CatalogKey("aws:SignInSessionArn", "ARN"),
    CatalogKey("aws:SourceAccount", "String"),
    CatalogKey("aws:SourceArn", "ARN"),
    CatalogKey("aws:SourceIdentity", "String"),
    CatalogKey("aws:SourceIp", "IPAddress"),
    CatalogKey("aws:SourceOrgID", "String"),
    CatalogKey("aws:SourceOrgPaths", "String", multivalued=True),
    CatalogKey("aws:SourceOwner", "String"),  # Amazon SNS Developer Guide, sns-access-policy-use-cases; superseded
    CatalogKey("aws:SourceVpc", "String"),
    CatalogKey("aws:SourceVpcArn", "ARN"),
    CatalogKey("aws:SourceVpce", "String"),
    CatalogKey("aws:TagKeys", "String", multivalued=True),
    CatalogKey("aws:TokenIssueTime", "Date"),
    CatalogKey("aws:UserAgent", "String", always_present=True),
    CatalogKey("aws:userid", "String", always_present=True),
    CatalogKey("aws:username", "String"),
    CatalogKey("aws:ViaAWSMCPService", "Bool"),
    CatalogKey("aws:ViaAWSService", "Bool", always_present=True),
    CatalogKey("aws:VpceAccount", "String"),
    CatalogKey("aws:VpceOrgID", "String"),
    CatalogKey("aws:VpceOrgPaths", "String", multivalued=True),
    CatalogKey("aws:VpcSourceIp", "IPAddress"),
)
"""A name that ends in ``/`` stands for every key that begins with it (tags)."""
