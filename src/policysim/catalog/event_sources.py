"""From the event source of a CloudTrail record to the service prefixes that its actions may have.

Most event sources are `prefix.amazonaws.com`. The table holds the others: the names that services sign, are reached
and are called by, where none of them is the prefix.
Source: CloudTrail User Guide (services and their event sources); Service Authorization Reference (prefixes); the
service models of the AWS SDK for Python (signing names and endpoints), each row reviewed; spec A7.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

EVENT_SOURCES_BY_PREFIX: Final = {
    "access-analyzer": "accessanalyzer",
    "account-access": "account-access-runtime",
    "aco-automation": "compute-optimizer-automation",
    "agent-registry": "agent-registry-control",
    "aidevops": "devops-agent",
    "airflow": "mwaa",
    "airflow-serverless": "mwaa-serverless",
    "aoss": "opensearchserverless",
    "apigateway": "apigatewayv2",
    "app-integrations": "appintegrations",
    "appconfig": "appconfigdata",
    "applicationinsights": "application-insights",
    "appstream": "appstream2",
    "aps": "amp",
    "aws-marketplace": (
        "agreement-marketplace catalog.marketplace deployment-marketplace discovery-marketplace "
        "entitlement.marketplace marketplace marketplace-agreement marketplace-catalog marketplace-deployment "
        "marketplace-discovery marketplace-entitlement marketplace-reporting metering-marketplace "
        "metering.marketplace meteringmarketplace reporting-marketplace"
    ),
    "backup-search": "backupsearch",
    "bedrock": (
        "bedrock-agent bedrock-agent-runtime bedrock-data-automation bedrock-data-automation-runtime bedrock-runtime"
    ),
    "bedrock-agentcore": "bedrock-agentcore-control",
    "billing": "billingconsole",
    "cases": "connectcases",
    "cassandra": "cassandra-streams keyspaces keyspacesstreams",
    "chime": (
        "chime-sdk-identity chime-sdk-media-pipelines chime-sdk-meetings chime-sdk-messaging chime-sdk-voice "
        "identity-chime media-pipelines-chime meetings-chime messaging-chime voice-chime"
    ),
    "cleanrooms-ml": "cleanroomsml",
    "cloudformation": "cloudcontrol cloudcontrolapi",
    "cloudhsm": "cloudhsmv2",
    "cloudsearch": "cloudsearchdomain",
    "cloudwatch": "cloudwatch-omni cloudwatchomni monitoring",
    "codeguru-profiler": "codeguruprofiler",
    "connect": (
        "connect-contact-lens connectparticipant connectscheduling contact-lens participant-connect participant.connect"
    ),
    "connect-campaigns": "connectcampaigns connectcampaignsv2",
    "detective": "api.detective",
    "dynamodb": "dynamodbstreams streams.dynamodb",
    "ecr": "api.ecr",
    "ecr-public": "api.ecr-public",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elb elbv2",
    "elasticmapreduce": "emr",
    "elemental-inference": "elementalinference",
    "end-user-messaging": "endusermessaging",
    "es": "opensearch opensearchservice",
    "events": "eventbridgev2 eventsv2",
    "execute-api": "apigatewaymanagementapi",
    "forecast": "forecastquery",
    "geo": "location",
    "greengrass": "greengrassv2",
    "health-agent": "connecthealth",
    "iam": "iam-toolbox",
    "iotdeviceadvisor": "api.iotdeviceadvisor",
    "iotjobsdata": "data.jobs.iot iot-jobs-data",
    "iot": (
        "api.tunneling.iot data-ats.iot data.jobs.iot iot-data iot-jobs-data iotdata iotsecuredtunneling "
        "iotsecuretunneling"
    ),
    "iotmanagedintegrations": "api.iotmanagedintegrations iot-managed-integrations",
    "iotwireless": "api.iotwireless",
    "ivs": "ivs-realtime ivsrealtime",
    "kinesisanalytics": "kinesisanalyticsv2",
    "kinesisvideo": (
        "kinesis-video-archived-media kinesis-video-media kinesis-video-signaling kinesis-video-webrtc-storage"
    ),
    "lambda": "lambda-core lambda-microvms lambda-web",
    "launchwizard": "launch-wizard",
    "lex": (
        "lex-models lex-runtime lexv2 lexv2-models lexv2-runtime models-v2-lex models.lex runtime-v2-lex "
        "runtime-v2.lex runtime.lex"
    ),
    "macie2": "macie",
    "mechanicalturk": "mturk mturk-requester",
    "mediastore": "data.mediastore mediastore-data",
    "mediatailor": "api.mediatailor",
    "memorydb": "memory-db",
    "mgh": "migrationhub migrationhub-config",
    "migrationhub-orchestrator": "migrationhuborchestrator",
    "migrationhub-strategy": "migrationhubstrategy",
    "mobiletargeting": "pinpoint",
    "neptune-db": "neptunedata",
    "notifications-contacts": "notificationscontacts",
    "partnercentral": (
        "partnercentral-account partnercentral-benefits partnercentral-channel partnercentral-prm "
        "partnercentral-revenue-measurement partnercentral-selling"
    ),
    "payment-cryptography": (
        "controlplane.payment-cryptography dataplane.payment-cryptography payment-cryptography-data"
    ),
    "personalize": "personalize-events personalize-runtime",
    "pricing": "api.pricing",
    "pricingplanmanager": "pricing-plan-manager",
    "profile": "customer-profiles",
    "qapps": "data.qapps",
    "rds": "docdb neptune",
    "rds-data": "rdsdata",
    "refactor-spaces": "migration-hub-refactor-spaces",
    "resiliencehub": "resiliencehubv2",
    "s3": "s3-control s3control",
    "s3-outposts": "s3outposts",
    "sagemaker": (
        "a2i-runtime.sagemaker api.sagemaker edge.sagemaker featurestore-runtime.sagemaker "
        "inferencerouter-runtime.sagemaker job-runtime.sagemaker metrics.sagemaker runtime.sagemaker "
        "sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore-runtime sagemaker-inference-router-runtime "
        "sagemaker-metrics sagemaker-runtime sagemakerjobruntime sagemakertrainingsessionruntime "
        "training-session-runtime.sagemaker"
    ),
    "scn": "supplychain",
    "sdb": "simpledbv2",
    "servicecatalog": "servicecatalog-appregistry",
    "servicequotas": "service-quotas",
    "ses": "email mail-manager mailmanager pinpoint-email sesv2",
    "signer": "data-signer signer-data",
    "sms-voice": "pinpoint-sms-voice pinpoint-sms-voice-v2 sms-voice.pinpoint",
    "social-messaging": "socialmessaging",
    "sqs": "queue",
    "sso": "awsssoportal portal.sso sso-admin",
    "sso-oauth": "oidc sso-oidc",
    "states": "stepfunctions",
    "supportapp": "support-app",
    "tag": "resourcegroupstaggingapi tagging",
    "tax": "taxsettings",
    "thinclient": "workspaces-thin-client",
    "timestream": "ingest.timestream query.timestream timestream-query timestream-write",
    "transcribe": "transcribestreaming",
    "voiceid": "voice-id",
    "wickr": "admin.wickr",
    "wisdom": "qconnect",
}
"""The event sources of each service prefix that are not the prefix itself, without their domain.

A source with two prefixes stands in two rows; the earlier one is tried first.
"""


@lru_cache(maxsize=1024)
def prefix_candidates(event_source: str) -> tuple[str, ...]:
    """The service prefixes that the actions of an event source may have, in the order in which they are tried.

    The source's own name comes first: a prefix of that name is never somebody else's.
    """
    service = event_source.lower().removesuffix(".cn").removesuffix(".amazonaws.com")
    renamed = tuple(prefix for prefix, sources in EVENT_SOURCES_BY_PREFIX.items() if service in sources.split())
    return (service, *renamed)


def service_prefix(event_source: str) -> str:
    """The one service prefix of an event source such as ``monitoring.amazonaws.com``."""
    service, *renamed = prefix_candidates(event_source)
    return renamed[0] if renamed and service not in _ALSO_PREFIXES else service


_ALSO_PREFIXES = frozenset({"opensearch"})
"""Sources of the table that are service prefixes as well."""
