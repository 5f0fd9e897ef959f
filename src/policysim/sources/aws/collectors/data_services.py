"""Policies of databases, streams and catalogues of data.

Source: the API References of Amazon Aurora DSQL (GetClusterPolicy), AWS Entity Resolution (GetPolicy), AWS Glue
(GetResourcePolicy, GetResourcePolicies), Amazon MSK (GetClusterPolicy), Amazon Kinesis Data Streams
(GetResourcePolicy), Amazon OpenSearch Service (DescribeDomains) and Ingestion (GetResourcePolicy), Amazon Redshift and
Redshift Serverless (GetResourcePolicy), EventBridge Schemas (ListRegistries, GetResourcePolicy); spec R21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collecting import Collector, Entry, Part, Scope
from policysim.sources.aws.collectors.joined_policies import joined
from policysim.sources.aws.collectors.listed import Level, Listed, Read, collector, is_own, policy_entry
from policysim.sources.aws.collectors.regions import DSQL_IN, ENTITY_RESOLUTION_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.aws.collecting import Reading

DSQL_CLUSTERS: Final = Listed(
    client="dsql",
    prefix="dsql",
    levels=(Level("list_clusters", "clusters", "{arn}"),),
    reads=(Read("get_cluster_policy", {"identifier": "{identifier}"}, ("policy",), ("ResourceNotFoundException",)),),
)

MSK_CLUSTERS: Final = Listed(
    client="kafka",
    prefix="kafka",
    levels=(Level("list_clusters_v2", "ClusterInfoList", "{ClusterArn}"),),
    reads=(Read("get_cluster_policy", {"ClusterArn": "{arn}"}, ("Policy",), ("NotFoundException",)),),
)

_STREAM: Final = Level("list_streams", "StreamSummaries", "{StreamARN}")
_STREAM_POLICY: Final = Read(
    "get_resource_policy", {"ResourceARN": "{arn}"}, ("Policy",), ("ResourceNotFoundException",)
)
STREAMS: Final = Listed(client="kinesis", prefix="kinesis", levels=(_STREAM,), reads=(_STREAM_POLICY,))
STREAM_CONSUMERS: Final = Listed(
    client="kinesis",
    prefix="kinesis",
    levels=(_STREAM, Level("list_stream_consumers", "Consumers", "{ConsumerARN}", {"StreamARN": "{StreamARN}"})),
    reads=(_STREAM_POLICY,),
)

NAMESPACES: Final = Listed(
    client="redshift",
    prefix="redshift",
    levels=(Level("describe_clusters", "Clusters", "{ClusterNamespaceArn}"),),
    reads=(
        Read(
            "get_resource_policy",
            {"ResourceArn": "{arn}"},
            ("ResourcePolicy", "Policy"),
            ("ResourceNotFoundFault",),
        ),
    ),
)

_SERVERLESS_POLICY: Final = Read(
    "get_resource_policy", {"resourceArn": "{arn}"}, ("resourcePolicy", "policy"), ("ResourceNotFoundException",)
)
SERVERLESS_NAMESPACES: Final = Listed(
    client="redshift-serverless",
    prefix="redshift-serverless",
    levels=(Level("list_namespaces", "namespaces", "{namespaceArn}"),),
    reads=(_SERVERLESS_POLICY,),
)
SERVERLESS_SNAPSHOTS: Final = Listed(
    client="redshift-serverless",
    prefix="redshift-serverless",
    levels=(Level("list_snapshots", "snapshots", "{snapshotArn}"),),
    reads=(_SERVERLESS_POLICY,),
)


PIPELINES: Final = Listed(
    client="osis",
    prefix="osis",
    levels=(Level("list_pipelines", "Pipelines", "{PipelineArn}"),),
    reads=(Read("get_resource_policy", {"ResourceArn": "{arn}"}, ("Policy",), ("ResourceNotFoundException",)),),
)

REGISTRIES: Final = Listed(
    client="schemas",
    prefix="schemas",
    levels=(Level("list_registries", "Registries", "{RegistryArn}", {"Scope": "LOCAL"}),),
    reads=(Read("get_resource_policy", {"RegistryName": "{RegistryName}"}, ("Policy",), ("NotFoundException",)),),
)
"""The registries of the account; AWS's own belong to nobody else."""


def _matching(operation: str, items: str, arn: str) -> Listed:
    return Listed(
        client="entityresolution",
        prefix="entityresolution",
        levels=(Level(operation, items, arn),),
        reads=(Read("get_policy", {"arn": "{arn}"}, ("policy",), ("ResourceNotFoundException",)),),
    )


ENTITY_RESOLUTION: Final = (
    _matching("list_id_mapping_workflows", "workflowSummaries", "{workflowArn}"),
    _matching("list_id_namespaces", "idNamespaceSummaries", "{idNamespaceArn}"),
    _matching("list_matching_workflows", "workflowSummaries", "{workflowArn}"),
    _matching("list_schema_mappings", "schemaList", "{schemaArn}"),
)

_DOMAINS_A_CALL: Final = 5


def _domains(reading: Reading) -> Iterator[Entry]:
    """The access policies of OpenSearch and Elasticsearch domains; a domain without one prints an empty text."""
    names = [item["DomainName"] for item in reading.items("opensearch", "list_domain_names", "DomainNames")]
    for first in range(0, len(names), _DOMAINS_A_CALL):
        batch = names[first : first + _DOMAINS_A_CALL]
        for domain in reading.items("opensearch", "describe_domains", "DomainStatusList", DomainNames=batch):
            if is_own(domain["ARN"], reading):
                yield Entry(Part.RESOURCE_POLICIES, (domain["ARN"],), joined([domain.get("AccessPolicies")]))


def _catalog(reading: Reading) -> Iterator[Entry]:
    """The policy of the Data Catalog, and beside it those that AWS RAM made for databases and tables of it.

    With an encrypted catalogue the list may leave the catalogue's own policy out; asked for alone it is printed.
    """
    place = reading.place
    arn = f"arn:{place.partition}:glue:{place.region}:{place.account_id}:catalog"
    with reading.about(arn):
        own = reading.call("glue", "get_resource_policy", absent=("EntityNotFoundException",)) or {}
        every = list(reading.items("glue", "get_resource_policies", "GetResourcePoliciesResponseList"))
        known = {own.get("PolicyHash")} - {None}
        shared = [policy["PolicyInJson"] for policy in every if policy.get("PolicyHash") not in known]
        yield from policy_entry(arn, [own.get("PolicyInJson"), *shared], "glue:GetResourcePolicies", reading)


COLLECTORS: Final[tuple[Collector, ...]] = (
    collector("dsql", "policies of Aurora DSQL clusters", DSQL_CLUSTERS, services=(), regions=DSQL_IN),
    collector(
        "entityresolution",
        "policies of Entity Resolution workflows, namespaces and schema mappings",
        *ENTITY_RESOLUTION,
        services=(),
        regions=ENTITY_RESOLUTION_IN,
    ),
    collector("kafka", "MSK cluster policies", MSK_CLUSTERS, services=("kafka",)),
    collector("kinesis", "policies of streams and consumers", STREAMS, STREAM_CONSUMERS, services=()),
    collector("osis", "policies of OpenSearch Ingestion pipelines", PIPELINES, services=("osis",)),
    collector("redshift", "policies of Redshift namespaces", NAMESPACES, services=("redshift",)),
    collector(
        "redshift-serverless",
        "policies of Redshift Serverless namespaces and snapshots",
        SERVERLESS_NAMESPACES,
        SERVERLESS_SNAPSHOTS,
        services=("redshift-serverless",),
    ),
    collector("schemas", "policies of schema registries", REGISTRIES, services=("schemas",)),
    Collector(
        name="opensearch",
        services=("es",),
        client="opensearch",
        scope=Scope.REGION,
        actions=("es:ListDomainNames", "es:DescribeDomains"),
        what="access policies of OpenSearch domains",
        collect=_domains,
    ),
    Collector(
        name="glue",
        services=("glue",),
        client="glue",
        scope=Scope.REGION,
        actions=("glue:GetResourcePolicy", "glue:GetResourcePolicies"),
        what="policies of the Glue Data Catalog",
        collect=_catalog,
    ),
)
