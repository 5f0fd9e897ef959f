"""The resource of a call from its request parameters: by a curated row, or by the one ARN that fits the action.

Source: Service Authorization Reference (resource types of each action and their ARNs); spec R11, R19, R21, S17, S22.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.parameter_arns import COPY_SOURCE, PARAMETER_ARNS, ParameterArn
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place(NamedTuple):
    """Where a call was made: what the ARN of a resource holds beside its name."""

    partition: str
    region: str
    account: str


class Built(NamedTuple):
    """An ARN, the parameter that it was made of, and whether a path may be missing from it.

    Without a parameter it stands for what the call makes (`instance/*`), or for what ``origin`` says in words.
    ``conditional``: the call may have it or not.
    """

    arn: str
    parameter: str
    pathless: bool = False
    conditional: bool = False
    origin: str = ""


def resource_from_parameters(action: str, parameters: Mapping[str, Any], place: Place) -> Built | None:
    """The ARN of the action's resource from request parameters, or ``None`` when no row of the table fits."""
    service, _, name = action.partition(":")
    owner = parameters.get(OWNER_PARAMETERS.get(service.lower(), ""))
    place = place._replace(account=owner) if isinstance(owner, str) and is_account_id(owner) else place
    for row in PARAMETER_ARNS:
        value = parameters.get(row.parameter)
        fits = row.service == service.lower() and re.fullmatch(row.actions, name, re.IGNORECASE)
        if fits and isinstance(value, str) and value:
            arn = filled(row, value, parameters, place)
            if arn is not None:
                return Built(arn, row.parameter, row.pathless and name.lower() not in _SHOW_THE_PATH)
    return None


def resource_named_in_parameters(action: str, parameters: Mapping[str, Any]) -> Built | None:
    """The one ARN among the parameters that the action can work on; ``None`` when there are several, or none.

    The ARN of another type tells nothing: a service of Amazon ECS is named beside the ARN of its cluster.
    """
    found = {
        value: name
        for name, value in parameters.items()
        if isinstance(value, str) and parse_arn(value) is not None and CATALOGUE.works_on(action, value)
    }
    return Built(*found.popitem()) if len(found) == 1 else None


def filled(row: ParameterArn, value: str, parameters: Mapping[str, Any], place: Place) -> str | None:
    """The ARN that a row makes of a parameter's value, or ``None`` when the value or the place lacks a part of it."""
    if row.read is None and parse_arn(value) is not None:
        return value
    read = row.read(value, parameters) if row.read is not None else value
    if read is None or not row.template:
        return None
    if parse_arn(read) is not None:
        return read
    if "{account}" in row.template and not is_account_id(place.account):
        return None
    if "{region}" in row.template and not place.region:
        return None
    return row.template.format(value=read, **place._asdict())


_SHOW_THE_PATH = frozenset({"createuser", "createrole", "creategroup", "createinstanceprofile"})
"""Actions whose requests show the path of the IAM entity, so that none means none."""


OWNER_PARAMETERS: Final = {"ecr": "registryId", "glue": "catalogId", "sqs": "queueOwnerAWSAccountId"}
"""The parameter that names the account of a resource of another account, by service."""

NOT_TO_BE_READ: Final = {
    "kms": "an alias or a ciphertext stands for a key that only KMS knows",
    "secretsmanager": "a secret's ARN ends in six characters that its name does not show",
    "s3": "the request names several objects, or none, or an access point by its alias",
}
"""Why the request parameters of a service may not show the resource of an action."""


def copied_resource(action: str, parameters: Mapping[str, Any], place: Place) -> Built | None:
    """The object that a copy reads, for the read action of a copy."""
    value = parameters.get(COPY_SOURCE.parameter)
    if action.partition(":")[0] != "s3" or not isinstance(value, str):
        return None
    arn = filled(COPY_SOURCE, value, parameters, place)
    return Built(arn, COPY_SOURCE.parameter) if arn is not None else None
