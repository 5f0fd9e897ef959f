"""The name and the ARN of each resource of a plan, also before AWS has made it.

Where AWS or Terraform makes up a part of the name (a key id, the end of a name with a prefix), the address of the
resource stands in its place: it equals nothing else, and a person can ask about it. Source: Service Authorization
Reference, the ARN formats of each service; the AWS provider's documentation of each type (as read in 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from policysim.sources.terraform_accounts import Accounts
    from policysim.sources.terraform_plan import PlannedResource

_AS_IT_IS: Final = "[]@+="
_GENERATED_PREFIX: Final = "terraform-"
"""How a name begins that Terraform makes up where the configuration gives none."""


_RENAMED: Final = frozenset({"aws_iam_user", "aws_iam_group"})
"""The types whose name and path AWS changes in place."""


class Form(NamedTuple):
    """How the ARN of a type is composed: ``{partition}``, ``{region}``, ``{account}``, ``{name}`` and ``{path}``.

    ``name`` is the attribute that holds the name, ``prefix`` the one with the beginning of a name to be made up.
    """

    arn: str
    name: str = "name"
    prefix: str = "name_prefix"


FORMS: Final[dict[str, Form]] = {
    "aws_iam_role": Form("arn:{partition}:iam::{account}:role{path}{name}"),
    "aws_iam_user": Form("arn:{partition}:iam::{account}:user{path}{name}"),
    "aws_iam_group": Form("arn:{partition}:iam::{account}:group{path}{name}"),
    "aws_iam_policy": Form("arn:{partition}:iam::{account}:policy{path}{name}"),
    "aws_iam_openid_connect_provider": Form("arn:{partition}:iam::{account}:oidc-provider/{name}", name="url"),
    "aws_iam_saml_provider": Form("arn:{partition}:iam::{account}:saml-provider/{name}"),
    "aws_s3_bucket": Form("arn:{partition}:s3:::{name}", name="bucket", prefix="bucket_prefix"),
    "aws_kms_key": Form("arn:{partition}:kms:{region}:{account}:key/{name}", name="key_id"),
    "aws_kms_external_key": Form("arn:{partition}:kms:{region}:{account}:key/{name}", name="key_id"),
    "aws_kms_replica_key": Form("arn:{partition}:kms:{region}:{account}:key/{name}", name="key_id"),
    "aws_kms_alias": Form("arn:{partition}:kms:{region}:{account}:{name}"),
    "aws_sqs_queue": Form("arn:{partition}:sqs:{region}:{account}:{name}"),
    "aws_sns_topic": Form("arn:{partition}:sns:{region}:{account}:{name}"),
    "aws_lambda_function": Form("arn:{partition}:lambda:{region}:{account}:function:{name}", name="function_name"),
    "aws_secretsmanager_secret": Form("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-XXXXXX"),
    "aws_ecr_repository": Form("arn:{partition}:ecr:{region}:{account}:repository/{name}"),
    "aws_dynamodb_table": Form("arn:{partition}:dynamodb:{region}:{account}:table/{name}"),
    "aws_efs_file_system": Form("arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{name}", name="id"),
    "aws_backup_vault": Form("arn:{partition}:backup:{region}:{account}:backup-vault:{name}"),
    "aws_opensearch_domain": Form("arn:{partition}:es:{region}:{account}:domain/{name}", name="domain_name"),
    "aws_elasticsearch_domain": Form("arn:{partition}:es:{region}:{account}:domain/{name}", name="domain_name"),
    "aws_cloudwatch_event_bus": Form("arn:{partition}:events:{region}:{account}:event-bus/{name}"),
    "aws_kinesis_stream": Form("arn:{partition}:kinesis:{region}:{account}:stream/{name}"),
    "aws_api_gateway_rest_api": Form("arn:{partition}:apigateway:{region}::/restapis/{name}", name="id"),
}
"""The types of resources whose ARN can be told before they are there."""


class Names:
    """The names and ARNs of the resources of one plan."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def name(self, resource: PlannedResource) -> str:
        """The name of a resource, or what stands in its place."""
        form = FORMS[resource.type]
        known = resource.text(form.name)
        if known is not None:
            return known.removeprefix("https://")
        prefix = resource.text(form.prefix)
        if prefix is None and resource.is_unknown(form.prefix):
            prefix = _GENERATED_PREFIX
        return f"{prefix or ''}{_as_name(resource.address)}"

    def arn(self, resource: PlannedResource) -> str:
        """The ARN of a resource: its own, or the one that it will have."""
        own = resource.text("arn")
        if own is None or parse_arn(own) is None or self._is_moved(resource, own):
            return self.composed(resource, self.name(resource))
        return own

    def _is_moved(self, resource: PlannedResource, own: str) -> bool:
        """Whether a user or group gets another name or path in place, while the plan still has its ARN of before."""
        place = f"{resource.text('path') or '/'}{self.name(resource)}"
        return resource.type in _RENAMED and not own.endswith(place)

    def composed(self, resource: PlannedResource, name: str, kind: str | None = None) -> str:
        """The ARN of a thing of a type (of the resource's, if not said) and a name, where the resource is."""
        form, where = FORMS[kind or resource.type], self._accounts.of(resource)
        return form.arn.format(
            partition=where.partition,
            region=self._accounts.region_of(resource) if "{region}" in form.arn else "",
            account=where.account,
            path=(resource.text("path") if kind is None else None) or "/",
            name=name,
        )


def _as_name(address: str) -> str:
    """An address as a part of an ARN that a person can write down: without quotes, and without what parts ARNs."""
    return quote(address.replace('"', ""), safe=_AS_IT_IS)
