"""CloudFormation and SAM templates as the accounts and policies that they make.

Source: AWS CloudFormation User Guide and Template Reference; AWS SAM Developer Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.account.account import Organisation
from policysim.language.arns import is_account_id
from policysim.sources.cloudformation_base import over_base
from policysim.sources.cloudformation_identities import read_identities
from policysim.sources.cloudformation_nested import LARGEST, resolver_of, with_nested
from policysim.sources.cloudformation_parts import Parts
from policysim.sources.cloudformation_resources import (
    read_default_policies,
    read_resources,
    read_separate_policies,
)
from policysim.sources.cloudformation_template import (
    STACK_NAME,
    Deployment,
    Template,
    check_parameters,
)
from policysim.sources.errors import InputError
from policysim.sources.sam import read_serverless

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.in_force import PolicySource

_YAML_NAMES: Final = (".yaml", ".yml", ".template")
_SHAPE: Final = ("Resources:", '"Resources"', "AWSTemplateFormatVersion")


def is_template(path: Path) -> bool:
    """Whether a file looks like a CloudFormation or SAM template, by its name and by what stands in it."""
    if not path.is_file():
        return False
    if not path.name.endswith((*_YAML_NAMES, ".json")):
        return False
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return False
    return any(mark in text for mark in _SHAPE)


def read_template(source: PolicySource, base: Organisation | None = None) -> Organisation:
    """The account that a template makes, as far as it describes one; over the accounts of a base, if there is one.

    Raises:
        InputError: the file is no template, is broken, or the account is not stated.
    """
    if source.account_id is None:
        raise InputError(
            f"{source.path}: a template does not say in which account it is deployed: say it with "
            f'`account "{source.path}" as ACCOUNT_ID in REGION`, or `--account-id ACCOUNT_ID --region REGION`'
        )
    if not is_account_id(source.account_id):
        raise InputError(f"`{source.account_id}` is no account id: expected 12 digits")
    names = source.parameters.get(STACK_NAME, ())
    deployment = Deployment(
        account_id=source.account_id,
        region=source.region,
        stack_name=names[0] if names else None,
        parameters=source.parameters,
    )
    resolver = resolver_of(source.path, source.path.parent, deployment)
    check_parameters([resolver.template], source.parameters, str(source.path))
    parts = Parts(source.account_id, deployment.partition)
    stacks = [(stack, parts) for stack in with_nested(resolver)]
    for stack, _ in stacks:
        refuse_organisation_policies(stack.template, source)
    read_stacks(stacks)
    return organisation_of({source.account_id: parts}, str(source.path), base)


def organisation_of(parts: Mapping[str, Parts], name: str, base: Organisation | None) -> Organisation:
    """The accounts that templates make, over those of a base if there is one; ``name`` is that of the source."""
    if base is not None:
        return over_base(parts, name, base)
    return Organisation(accounts={account_id: one.account(name) for account_id, one in parts.items()})


def refuse_organisation_policies(template: Template, source: PolicySource) -> None:
    """Refuse SCPs and RCPs over a base: the answer would rest on those of the base, and say nothing of the new ones.

    Without a base those of the organisation are not at hand anyhow, and every decision says so.
    """
    policy = next(template.of_type("AWS::Organizations::Policy"), None)
    if policy is not None and source.base is not None:
        raise policy.node.error(
            f"`{policy.logical_id}` changes the policies of the organisation, which are not read from a template: "
            "enter it in the folder of the organisation"
        )


def read_stacks(stacks: Sequence[tuple[Resolver, Parts]]) -> None:
    """Note what stacks make: first all resources, then the policies that may be theirs, also of another stack."""
    for resolver, parts in stacks:
        read_identities(resolver, parts)
        read_resources(resolver, parts)
        read_serverless(resolver, parts)
    for resolver, parts in stacks:
        read_separate_policies(resolver, parts)
    for resolver, parts in stacks:
        read_default_policies(resolver, parts)
