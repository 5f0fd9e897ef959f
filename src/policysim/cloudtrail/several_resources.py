"""The resources of calls that work on several, or on the path of an HTTP request, from the request parameters.

Source: Service Authorization Reference (resource types of each action); Systems Manager User Guide,
getting-started-restrict-access-examples; API Gateway Developer Guide, api-gateway-iam-policy-resource; spec R13, A7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from policysim.catalog.operations import API_DATE, API_GATEWAY, api_gateway_calls
from policysim.cloudtrail.ec2_resources import ec2_resources
from policysim.cloudtrail.parameter_arns import (
    ParameterArn,
    document_of_aws,
    document_of_the_account,
    instance,
    log_stream,
    managed_instance,
    own_parameter,
    public_parameter,
    whole_secret,
)
from policysim.cloudtrail.parameter_values import values_at
from policysim.cloudtrail.resource_parameters import Built, Place, filled
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping


def resources_in_parameters(
    action: str, event_name: str, parameters: Mapping[str, Any], place: Place
) -> tuple[Built, ...]:
    """The resources of actions that work on several (spec R13), or on the path of an HTTP request."""
    service = action.partition(":")[0].lower()
    if service == "ec2":
        found = ec2_resources(action, parameters, place)
        return tuple(Built(each.arn, each.parameter, conditional=each.conditional) for each in found)
    if service == API_GATEWAY:
        arn = _api_gateway_arn(event_name, parameters, place)
        return (Built(arn, "", conditional=False),) if arn is not None else ()
    return tuple(
        Built(arn, row.parameter)
        for row in SEVERAL_RESOURCES
        if re.fullmatch(row.actions, action.partition(":")[2], re.IGNORECASE) and row.service == service
        for value in values_at(parameters, row.parameter)
        if (arn := filled(row, value, parameters, place)) is not None
    )


def arn_of_parameter(action: str, value: str, template: str, place: Place) -> str | None:
    """The ARN that a template makes of a parameter's value; a value that is an ARN stays as it is."""
    if (profile := parse_arn(value)) is not None and profile.resource_type == "instance-profile":
        value = profile.resource_id
    read = whole_secret if action.startswith("secretsmanager:") else _name_or_arn
    arn = filled(ParameterArn(action.partition(":")[0], "", "", template, read), value, {}, place)
    return arn if arn is not None and parse_arn(arn) is not None else None


def _name_or_arn(value: str, _parameters: Mapping[str, Any]) -> str | None:
    """A name that ARNs hold; an alias of a key is none."""
    return None if "alias/" in value else value


def _api_gateway_arn(event_name: str, parameters: Mapping[str, Any], place: Place) -> str | None:
    """The ARN of the path that an API Gateway call is made to; none where two kinds of API have such a path."""
    texts = {name: value for name, value in parameters.items() if isinstance(value, str)}
    paths = {
        call.path.format_map(texts)
        for call in api_gateway_calls(API_DATE.sub("", event_name))
        if all(name in texts for name in re.findall(r"{(\w+)}", call.path))
    }
    if len(paths) != 1 or not place.region:
        return None
    return f"arn:{place.partition}:{API_GATEWAY}:{place.region}::{paths.pop()}"


SEVERAL_RESOURCES: Final = (
    *(
        ParameterArn(
            "logs", "StartQuery", listed, "arn:{partition}:logs:{region}:{account}:log-group:{value}", log_stream
        )
        for listed in ("logGroupNames", "logGroupIdentifiers")
    ),
    ParameterArn(
        "ssm", "(Get|Delete)Parameters", "names", "arn:{partition}:ssm:{region}::parameter/{value}", public_parameter
    ),
    ParameterArn(
        "ssm",
        "(Get|Delete)Parameters",
        "names",
        "arn:{partition}:ssm:{region}:{account}:parameter/{value}",
        own_parameter,
    ),
    ParameterArn(
        "ssm",
        "SendCommand|StartSession|StartAutomationExecution",
        "documentName",
        "arn:{partition}:ssm:{region}:{account}:document/{value}",
        document_of_the_account,
    ),
    ParameterArn(
        "ssm",
        "SendCommand|StartSession|StartAutomationExecution",
        "documentName",
        "arn:{partition}:ssm:{region}::document/{value}",
        document_of_aws,
    ),
    ParameterArn(
        "ssm", "SendCommand", "instanceIds", "arn:{partition}:ec2:{region}:{account}:instance/{value}", instance
    ),
    ParameterArn(
        "ssm",
        "SendCommand",
        "instanceIds",
        "arn:{partition}:ssm:{region}:{account}:managed-instance/{value}",
        managed_instance,
    ),
    ParameterArn("ssm", "StartSession", "target", "arn:{partition}:ec2:{region}:{account}:instance/{value}", instance),
    ParameterArn(
        "ssm",
        "StartSession",
        "target",
        "arn:{partition}:ssm:{region}:{account}:managed-instance/{value}",
        managed_instance,
    ),
)
"""Actions that are authorized on each resource that the parameters name (spec R13)."""
