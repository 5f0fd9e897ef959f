"""Policies of models, bots, guardrails and agents.

Source: the API References of Amazon Bedrock and Bedrock AgentCore (GetResourcePolicy), Amazon Comprehend and Amazon
Lex V2 (DescribeResourcePolicy), Amazon Rekognition (ListProjectPolicies), Amazon SageMaker AI
(GetModelPackageGroupPolicy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.sources.aws.collectors.listed import ANY, OF_A_SHARE, Level, Listed, Read, collector
from policysim.sources.aws.collectors.regions import AGENT_CORE_IN

if TYPE_CHECKING:
    from policysim.sources.aws.collecting import Collector

_NONE: Final = ("ResourceNotFoundException",)

_BEDROCK_POLICY: Final = Read("get_resource_policy", {"resourceArn": "{arn}"}, ("resourcePolicy",), _NONE)
GUARDRAILS: Final = Listed(
    client="bedrock",
    prefix="bedrock",
    levels=(Level("list_guardrails", "guardrails", "{arn}"),),
    reads=(_BEDROCK_POLICY,),
)
CUSTOM_MODELS: Final = Listed(
    client="bedrock",
    prefix="bedrock",
    levels=(Level("list_custom_models", "modelSummaries", "{modelArn}"),),
    reads=(_BEDROCK_POLICY,),
)

_AGENT_POLICY: Final = Read("get_resource_policy", {"resourceArn": "{arn}"}, ("policy",), _NONE)
_RUNTIME: Final = Level("list_agent_runtimes", "agentRuntimes", "{agentRuntimeArn}")
_ENDPOINTS: Final = Level(
    "list_agent_runtime_endpoints",
    "runtimeEndpoints",
    "{agentRuntimeEndpointArn}",
    {"agentRuntimeId": "{agentRuntimeId}"},
)
_GATEWAY: Final = "arn:{partition}:bedrock-agentcore:{region}:{account}:gateway/{gatewayId}"


def _agent_core(*levels: Level) -> Listed:
    return Listed(client="bedrock-agentcore-control", prefix="bedrock-agentcore", levels=levels, reads=(_AGENT_POLICY,))


AGENT_CORE: Final = (
    _agent_core(_RUNTIME),
    _agent_core(_RUNTIME, _ENDPOINTS),
    _agent_core(Level("list_gateways", "items", _GATEWAY)),
)


def _comprehend(operation: str, items: str, arn: str) -> Listed:
    return Listed(
        client="comprehend",
        prefix="comprehend",
        levels=(Level(operation, items, arn),),
        reads=(Read("describe_resource_policy", {"ResourceArn": "{arn}"}, ("ResourcePolicy",), _NONE),),
    )


COMPREHEND: Final = (
    _comprehend("list_document_classifiers", "DocumentClassifierPropertiesList", "{DocumentClassifierArn}"),
    _comprehend("list_entity_recognizers", "EntityRecognizerPropertiesList", "{EntityRecognizerArn}"),
)

_BOT: Final = Level("list_bots", "botSummaries", "arn:{partition}:lex:{region}:{account}:bot/{botId}")
_ALIASES: Final = Level(
    "list_bot_aliases",
    "botAliasSummaries",
    "arn:{partition}:lex:{region}:{account}:bot-alias/{botId}/{botAliasId}",
    {"botId": "{botId}"},
)
_BOT_POLICY: Final = Read("describe_resource_policy", {"resourceArn": "{arn}"}, ("policy",), _NONE)
BOTS: Final = (
    Listed(client="lexv2-models", prefix="lex", levels=(_BOT,), reads=(_BOT_POLICY,)),
    Listed(client="lexv2-models", prefix="lex", levels=(_BOT, _ALIASES), reads=(_BOT_POLICY,)),
)

PROJECTS: Final = Listed(
    client="rekognition",
    prefix="rekognition",
    levels=(Level("describe_projects", "ProjectDescriptions", "{ProjectArn}"),),
    reads=(Read("list_project_policies", {"ProjectArn": "{arn}"}, ("ProjectPolicies", ANY, "PolicyDocument")),),
)
"""Versions of a project stand under its policy, and their ARNs do not name it: the service is never complete."""

MODEL_PACKAGE_GROUPS: Final = Listed(
    client="sagemaker",
    prefix="sagemaker",
    levels=(Level("list_model_package_groups", "ModelPackageGroupSummaryList", "{ModelPackageGroupArn}"),),
    reads=(
        Read(
            "get_model_package_group_policy",
            {"ModelPackageGroupName": "{ModelPackageGroupName}"},
            ("ResourcePolicy",),
            ("ValidationException: Cannot find resource policy",),
        ),
        OF_A_SHARE,
    ),
)
"""SageMaker says by a ValidationException that there is no policy, and by its words alone that it means that."""

COLLECTORS: Final[tuple[Collector, ...]] = (
    collector("bedrock", "policies of guardrails and custom models", GUARDRAILS, CUSTOM_MODELS, services=()),
    collector(
        "bedrock-agentcore",
        "policies of agent runtimes, their endpoints and gateways",
        *AGENT_CORE,
        services=(),
        regions=AGENT_CORE_IN,
    ),
    collector("comprehend", "policies of custom models", *COMPREHEND, services=("comprehend",)),
    collector("lex", "policies of Lex bots and their aliases", *BOTS, services=("lex",)),
    collector("rekognition", "policies of Rekognition projects", PROJECTS, services=()),
    collector(
        "sagemaker",
        "policies of model package groups",
        MODEL_PACKAGE_GROUPS,
        services=(),
        actions=(
            "sagemaker:ListModelPackageGroups",
            "sagemaker:GetModelPackageGroupPolicy",
            "ram:GetResourcePolicies",
        ),
    ),
)
