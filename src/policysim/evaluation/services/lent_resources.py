"""Resources that an account uses without owning them, and without a resource-based policy: an identity Allow is enough.

Nearly all of their ARNs hold no account. Dated data (2026-11). Source: Service Authorization Reference (ARN formats);
Amazon EC2 User Guide, sharingamis-explicit and ebs-modifying-snapshot-permissions; Amazon RDS User Guide,
USER_ShareSnapshot; Systems Manager User Guide, documents and parameter-store-public-parameters; Amazon Bedrock User
Guide, security_iam_id-based-policy-examples; API Gateway Developer Guide, arn-format-reference; IAM Identity Center
User Guide, delegated-admin; spec R22, X5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request

LENT_BY_AWS: Final[dict[str, frozenset[str]]] = {
    "artifact": frozenset({"agreement", "report"}),
    "bedrock": frozenset({"foundation-model"}),
    "controlcatalog": frozenset({"common-control", "control", "domain", "objective"}),
    "controltower": frozenset({"baseline"}),
    "dataexchange": frozenset({"data-sets"}),
    "devicefarm": frozenset({"device"}),
    "elasticbeanstalk": frozenset({"platform", "solutionstack"}),
    "events": frozenset({"event-source"}),
    "forecast": frozenset({"algorithm"}),
    "geo-maps": frozenset({"provider"}),
    "geo-places": frozenset({"provider"}),
    "geo-routes": frozenset({"provider"}),
    "health": frozenset({"event"}),
    "personalize": frozenset({"algorithm", "feature-transformation", "recipe"}),
    "ssm": frozenset({"automation-definition", "document", "parameter"}),
}
"""What AWS provides to every account, by service and resource type; the ARNs of own resources hold an account."""

_OF_THE_CALLER: Final = frozenset({"apigateway"})
"""Services that look everything up in the caller's account, though their ARNs hold none."""

_OF_IDENTITY_CENTER: Final = frozenset({"identitystore", "sso"})
"""Services of an instance of IAM Identity Center, which one account of the organisation administers."""

_SHARED_BY_SETTING: Final[dict[str, frozenset[str]]] = {
    "ec2": frozenset({"image", "snapshot"}),
    "rds": frozenset({"cluster-snapshot", "snapshot"}),
}
USES_OF_THE_SHARED: Final = frozenset(
    """
    ebs:getsnapshotblock ebs:listchangedblocks ebs:listsnapshotblocks ec2:cancelimagelaunchpermission ec2:copyimage
    ec2:copysnapshot ec2:createfleet ec2:createreplacerootvolumetask ec2:createtags ec2:createvolume ec2:deletetags
    ec2:enablefastsnapshotrestores ec2:modifyfleet ec2:registerimage ec2:requestspotfleet ec2:requestspotinstances
    ec2:runinstances ec2:runscheduledinstances rds:copydbclustersnapshot rds:copydbsnapshot
    rds:restoredbclusterfromsnapshot rds:restoredbinstancefromdbsnapshot
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""What other accounts may do with an image or snapshot that is public or shared with them, in lower case."""

_MADE_BY_THE_CALL: Final = "*"


def is_lent(request: Request) -> bool:
    """Whether the resource needs no Allow but that of the caller's own policies, whoever owns it."""
    arn = parse_arn(request.resource.arn)
    if arn is None:
        return False
    if is_shared_by_setting(request.resource.arn):
        return arn.resource_id == _MADE_BY_THE_CALL or request.action.lower() in USES_OF_THE_SHARED
    return not arn.account and (
        arn.service in _OF_THE_CALLER
        or arn.service in _OF_IDENTITY_CENTER
        or arn.resource_type.lower() in LENT_BY_AWS.get(arn.service, ())
    )


def is_shared_by_setting(resource: str) -> bool:
    """Whether the resource is an image or a snapshot: other accounts use it by a setting of its own, no policy."""
    arn = parse_arn(resource)
    return arn is not None and arn.resource_type in _SHARED_BY_SETTING.get(arn.service, ())


def caveats_of_lent(request: Request) -> tuple[Caveat, ...]:
    """What else lets a caller use a resource that may be another account's."""
    text = request.resource.arn
    arn = parse_arn(text)
    if arn is None or not is_lent(request) or arn.resource_id == _MADE_BY_THE_CALL:
        return ()
    if is_shared_by_setting(text):
        sentence = (
            f"if `{text}` belongs to another account it must be public or shared with the caller's: that is a setting "
            "of it and no policy, and the service checks it beside the policies (X5)"
        )
        return (Caveat("shared-by-setting", sentence),)
    if arn.service in _OF_IDENTITY_CENTER and request.principal.in_management_account is not True:
        return (_IDENTITY_CENTER,)
    return ()


_IDENTITY_CENTER: Final = Caveat(
    "delegated-administrator",
    "IAM Identity Center is administered from the management account, a delegated administrator's or the one that made "
    "an account instance; whether the caller's account is one of them is not known (X5)",
)
