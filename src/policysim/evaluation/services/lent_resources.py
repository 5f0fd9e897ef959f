"""Resources that an account uses without owning them, and without a resource-based policy: an identity Allow is enough.

Their ARNs hold no account. Dated data (2026-11). Source: Service Authorization Reference (ARN formats); Amazon EC2 User
Guide, sharingamis-explicit and ebs-modifying-snapshot-permissions; Systems Manager User Guide, documents and
parameter-store-public-parameters; Amazon Bedrock User Guide, security_iam_id-based-policy-examples; API Gateway
Developer Guide, arn-format-reference; spec R22, X5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Caveat
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.language.request import Request

_OF_AWS: Final[dict[str, frozenset[str]]] = {
    "artifact": frozenset({"agreement", "report"}),
    "bedrock": frozenset({"foundation-model"}),
    "controlcatalog": frozenset({"common-control", "control", "domain", "objective"}),
    "controltower": frozenset({"baseline"}),
    "devicefarm": frozenset({"device"}),
    "elasticbeanstalk": frozenset({"platform", "solutionstack"}),
    "forecast": frozenset({"algorithm"}),
    "geo-maps": frozenset({"provider"}),
    "geo-places": frozenset({"provider"}),
    "geo-routes": frozenset({"provider"}),
    "personalize": frozenset({"algorithm", "feature-transformation", "recipe"}),
    "ssm": frozenset({"automation-definition", "document", "parameter"}),
}
"""What AWS provides to every account, by service and resource type; the ARNs of own resources hold an account."""

_OF_THE_CALLER: Final = frozenset({"apigateway"})
"""Services that look everything up in the caller's account, though their ARNs hold none."""

_WITH_LAUNCH_PERMISSIONS: Final = frozenset({"image", "snapshot"})
_USES: Final = frozenset(
    """
    ebs:getsnapshotblock ebs:listchangedblocks ebs:listsnapshotblocks ec2:cancelimagelaunchpermission ec2:copyimage
    ec2:copysnapshot ec2:createfleet ec2:createreplacerootvolumetask ec2:createtags ec2:createvolume ec2:deletetags
    ec2:enablefastsnapshotrestores ec2:modifyfleet ec2:registerimage ec2:requestspotfleet ec2:requestspotinstances
    ec2:runinstances ec2:runscheduledinstances
    """.split()  # noqa: SIM905  # a table of words reads better as text
)
"""What other accounts may do with an image or snapshot that is public or shared with them, in lower case."""

_MADE_BY_THE_CALL: Final = "*"


def is_lent(request: Request) -> bool:
    """Whether the resource needs no Allow but that of the caller's own policies, whoever owns it."""
    arn = parse_arn(request.resource.arn)
    if arn is None or arn.account:
        return False
    if arn.service in _OF_THE_CALLER or arn.resource_type.lower() in _OF_AWS.get(arn.service, ()):
        return True
    if not has_launch_permissions(request.resource.arn):
        return False
    return arn.resource_id == _MADE_BY_THE_CALL or request.action.lower() in _USES


def has_launch_permissions(resource: str) -> bool:
    """Whether the resource is an image or snapshot of EC2: other accounts use it by a setting of its own."""
    arn = parse_arn(resource)
    return arn is not None and arn.service == "ec2" and arn.resource_type in _WITH_LAUNCH_PERMISSIONS


def caveats_of_lent(request: Request) -> tuple[Caveat, ...]:
    """What else lets a caller use a resource that may be another account's."""
    text = request.resource.arn
    if not has_launch_permissions(text) or text.endswith(f"/{_MADE_BY_THE_CALL}"):
        return ()
    sentence = (
        f"if `{text}` belongs to another account it must be public or shared with the caller's: its launch permissions "
        "are no policy, and EC2 checks them beside the policies (X5)"
    )
    return (Caveat("launch-permissions", sentence),)
