"""Which account and Region each resource of a plan is in: by its own ARN, by its provider, or as a person states it.

Source: the AWS provider's documentation (``assume_role``, ``allowed_account_ids``, ``region``, ``aws_caller_identity``,
``aws_region``), as read in 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.partitions import partition_of_region
from policysim.language.arns import is_account_id, parse_arn
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.sources.json_values import Json
    from policysim.sources.terraform_plan import Plan, PlannedResource

_IDENTITY: Final = "aws_caller_identity"
_REGION: Final = "aws_region"
_REGION_NAMES: Final = ("region", "name", "id")
"""The attributes of ``aws_region`` that hold the name of the Region, in the order of the provider's versions."""

_DEFAULT_PROVIDER: Final = "aws"


class Whereabouts(NamedTuple):
    """Where a resource is."""

    partition: str
    account: str
    region: str | None


class Accounts:
    """The accounts and Regions of one plan. ``account`` and ``region`` are what a person states, if anything."""

    def __init__(self, plan: Plan, account: str | None, region: str | None) -> None:
        self._plan = plan
        self._stated = account
        self._stated_region = region
        self._by_provider: dict[str, tuple[str | None, str | None]] = {}
        self._told = dict.fromkeys(self._all_told())
        if account is not None and self._told and account not in self._told:
            told = " and ".join(f"`{one}`" for one in self._told)
            raise InputError(f"{plan.name}: this plan is of account {told}, not of `{account}` as was stated")

    def of(self, resource: PlannedResource) -> Whereabouts:
        """Where a resource is; an error when nothing tells its account."""
        own = parse_arn(resource.text("arn") or "")
        account, region = self._of_provider(self._provider(resource))
        region = resource.text("region") or (own.region if own is not None and own.region else region)
        account = own.account if own is not None and is_account_id(own.account) else account
        account = account or self._stated or self._only_one(resource)
        partition = own.partition if own is not None else partition_of_region(region or "")
        return Whereabouts(partition, account, region)

    def tags_of(self, resource: PlannedResource) -> dict[str, str] | None:
        """The tags that a resource will have, the ``default_tags`` of its provider among them; ``None``: not known."""
        if resource.is_unknown("tags") or (resource.is_unknown("tags_all") and self._has_default_tags(resource)):
            return None
        listed = resource.known("tags_all") or resource.known("tags")
        return {} if listed is None else {key: value.text("the value of a tag") for key, value in listed.members()}

    def _has_default_tags(self, resource: PlannedResource) -> bool:
        configured = self._plan.configuration.provider(self._provider(resource))
        expressions = None if configured is None else configured.member("expressions")
        return expressions is not None and not expressions.empty and expressions.member("default_tags") is not None

    def region_of(self, resource: PlannedResource) -> str:
        """The Region of a resource; an error when nothing tells it."""
        region = self.of(resource).region
        if region is None:
            sentence = (
                f"the plan does not tell the Region of `{resource.address}`: state it (`--region`, or `in REGION`"
            )
            raise InputError(f"{self._plan.name}: {sentence} in an expectation file)")
        return region

    def _only_one(self, resource: PlannedResource) -> str:
        told = list(self._told)
        if len(told) == 1:
            return told[0]
        what = f"the plan does not tell the account of `{resource.address}`"
        if told:
            what += f" (it speaks of {' and '.join(f'`{one}`' for one in told)})"
        how = "state it (`--account-id`, or `as ID` in an expectation file), or add `data.aws_caller_identity`"
        raise InputError(f"{self._plan.name}: {what}: {how} to the configuration")

    def _all_told(self) -> Iterator[str]:
        for one in self._plan.data.values():
            if one.type == _IDENTITY and (account := one.text("account_id")) is not None and is_account_id(account):
                yield account
        for one in self._plan.resources.values():
            own = parse_arn(_arn_text(one)) if one.type.startswith("aws_") else None
            if own is not None and is_account_id(own.account):
                yield own.account
            provider, _ = self._of_provider(self._provider(one))
            if provider is not None:
                yield provider

    def _provider(self, resource: PlannedResource) -> str:
        kind = resource.type if resource.at.optional_text("mode") != "data" else f"data.{resource.type}"
        key = self._plan.configuration.provider_key(resource.module, kind, resource.name)
        return key or _DEFAULT_PROVIDER

    def _of_provider(self, key: str) -> tuple[str | None, str | None]:
        if key not in self._by_provider:
            self._by_provider[key] = self._read_provider(key)
        return self._by_provider[key]

    def _read_provider(self, key: str) -> tuple[str | None, str | None]:
        configured = self._plan.configuration.provider(key)
        expressions = None if configured is None else configured.member("expressions")
        known = None if expressions is None or expressions.empty else expressions
        account = _assumed(known) or _allowed(known) or self._identity(key)
        return account, self._region(known) or self._data_region(key) or self._stated_region

    def _identity(self, key: str) -> str | None:
        return next((text for one in self._data(_IDENTITY, key) if (text := one.text("account_id"))), None)

    def _data_region(self, key: str) -> str | None:
        texts = (one.text(name) for one in self._data(_REGION, key) for name in _REGION_NAMES)
        return next((text for text in texts if text), None)

    def _data(self, kind: str, key: str) -> Iterator[PlannedResource]:
        return (one for one in self._plan.data.values() if one.type == kind and self._provider(one) == key)

    def _region(self, expressions: Json | None) -> str | None:
        expression = None if expressions is None else expressions.member("region")
        constant = _constant(expression)
        if isinstance(constant, str):
            return constant
        listed = None if expression is None else expression.member("references")
        names = [one.text() for one in listed.items()] if listed is not None else []
        variables = self._plan.whole.member("variables")
        if len(names) != 1 or not names[0].startswith("var.") or variables is None or variables.empty:
            return None
        variable = variables.member(names[0].removeprefix("var."))
        return None if variable is None else variable.optional_text("value")


def _arn_text(resource: PlannedResource) -> str:
    """The own ARN of a resource, which is a string for every type that matters here."""
    found = resource.known("arn")
    return found.value if found is not None and isinstance(found.value, str) else ""


def _constant(expression: Json | None) -> object:
    if expression is None or not isinstance(expression.value, dict):
        return None
    return expression.value.get("constant_value")


def _assumed(expressions: Json | None) -> str | None:
    """The account of the role that the provider assumes, the last one of a chain."""
    blocks = None if expressions is None else expressions.member("assume_role")
    if blocks is None or not isinstance(blocks.value, list) or not blocks.value:
        return None
    last = list(blocks.items())[-1]
    role = parse_arn(str(_constant(last.member("role_arn"))))
    return role.account if role is not None and is_account_id(role.account) else None


def _allowed(expressions: Json | None) -> str | None:
    listed = _constant(None if expressions is None else expressions.member("allowed_account_ids"))
    if isinstance(listed, list) and len(listed) == 1 and is_account_id(str(listed[0])):
        return str(listed[0])
    return None
