"""The resources of a call by the ARNs of its action's resource types, filled with request parameters.

A variable is filled by the parameter that a curated row names, else by the one of its own name, else by `id` or `name`
where the action is about that very type (`GetCachePolicy` has an `id`). An ARN is made only when every variable of it
is known: a wrong one is worse than none.
Source: Service Authorization Reference (resource types of each action, required or optional); spec R4, R13, R15.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.catalog import arn_parameters
from policysim.catalog.arn_parameters import VARIABLE_PARAMETERS
from policysim.catalog.facts import CATALOGUE
from policysim.catalog.shared_prefixes import shares_its_prefix
from policysim.cloudtrail.parameter_values import HIDDEN
from policysim.cloudtrail.request_keys import values_given
from policysim.cloudtrail.resource_parameters import OWNER_PARAMETERS, Built
from policysim.language.arns import is_account_id, parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policysim.catalog.actions import CatalogAction
    from policysim.cloudtrail.resource_parameters import Place

ALL_OF_THEM: Final = "a request for all of them"
ONLY_ONE: Final = "what the account has one of"
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_VERBS: Final = re.compile(
    r"(?:Batch)?(?:Activate|Associate|Cancel|Create|Deactivate|Delete|Deregister|Describe|Disable|Disassociate|Enable"
    r"|Execute|Get|List|Modify|Publish|Put|Reboot|Register|Restore|Resume|Retry|Rollback|Set|Start|Stop|Test|Update)"
    r"(?P<noun>[A-Z]\w*)"
)
_GENERIC: Final = frozenset({"id", "name", "type", "resourceid", "resourcename", "arn"})
"""Variables that parameters of the same name do not fill: what they name differs from action to action."""


class Templated(NamedTuple):
    """What was made, and one sentence for each resource type that the action certainly has and nothing names."""

    resources: tuple[Built, ...] = ()
    missing: tuple[str, ...] = ()


class _Type(NamedTuple):
    """One resource type of an action: its ARN with variables, and which variables stand in its resource part."""

    name: str
    required: bool
    template: str
    variables: tuple[str, ...]


class _Asked(NamedTuple):
    """An action, its service, what its name says after the verb, and the parameters by lower-case name."""

    action: CatalogAction
    service: str
    noun: str
    parameters: Mapping[str, Any]
    by_name: Mapping[str, str]
    place: Place
    are_all: bool


def templated_resources(action: str, parameters: Mapping[str, Any], place: Place, *, are_all: bool = True) -> Templated:
    """Each resource of ``action`` that the parameters name, by the ARNs that its resource types have.

    ``are_all``: a parameter that is not there was not passed, and so stands for what it is by default.
    """
    described = CATALOGUE.action(action)
    owner = parameters.get(OWNER_PARAMETERS.get(action.partition(":")[0].lower(), ""), place.account)
    if described is None or not described.resource_types or not is_account_id(str(owner)):
        return Templated()
    place = place._replace(account=str(owner))
    service, _, name = described.name.partition(":")
    match = _VERBS.fullmatch(name)
    by_name = {parameter.lower(): parameter for parameter in parameters}
    noun = match["noun"].lower() if match is not None else ""
    asked = _Asked(described, service, noun, parameters, by_name, place, are_all)
    types = _types(described.name)
    made = _most_specific({each: built for each in types if (built := tuple(_of_type(each, asked)))}, types, asked)
    if not made:
        return Templated(_all_of_them(asked))
    alternatives = arn_parameters.ALTERNATIVES.get(service, frozenset())
    missing = (each for each in types if each.required and each not in made and not {each.name, "*"} & alternatives)
    return Templated(
        tuple(dict.fromkeys(built for several in made.values() for built in several)),
        tuple(_sentence(each, described.name) for each in missing),
    )


@lru_cache(maxsize=2048)
def _types(action: str) -> tuple[_Type, ...]:
    described = CATALOGUE.action(action)
    types = []
    for row in described.resource_types if described is not None else ():
        resource_type = CATALOGUE.resource_type(action.partition(":")[0], row.name)
        template = resource_type.arn_patterns[0] if resource_type is not None else ""
        if template.count(":") >= 5 and "*" not in template:
            variables = tuple(_VARIABLE.findall(template.split(":", 5)[5]))
            types.append(_Type(row.name, row.required, template, variables))
    return tuple(types)


def _sentence(missing: _Type, action: str) -> str:
    unknown = ", ".join(f"`{variable}`" for variable in missing.variables) or "its name"
    return f"the record does not name the {missing.name} of `{action}`: its ARN holds {unknown}"


def _of_type(resource_type: _Type, asked: _Asked) -> Iterator[Built]:
    """The resources of one type: those whose ARNs the parameters hold, else those that the variables make."""
    given = list(_arns_given(resource_type, asked))
    if given:
        yield from given
        return
    if not resource_type.variables and (asked.service, resource_type.name) not in arn_parameters.WITHOUT_VARIABLES:
        return
    found = [_values_of(variable.lower(), resource_type, asked) for variable in resource_type.variables]
    filled = [(path, values) for path, values in found if values]
    if len(filled) < len(found) or sum(len(values) > 1 for _, values in filled) > 1:
        return
    count = max((len(values) for _, values in filled), default=1)
    path = next((path for path, _ in filled if path), "")
    for index in range(count):
        values = [values[min(index, len(values) - 1)] for _, values in filled]
        arn = _with_place(_resource(resource_type, values), resource_type.template, asked.place)
        if arn is not None:
            yield Built(arn, path, origin="" if path else ONLY_ONE)


def _resource(resource_type: _Type, values: list[str]) -> str:
    remaining = iter(values)
    return _VARIABLE.sub(lambda _: next(remaining), resource_type.template.split(":", 5)[5])


def _with_place(resource: str, template: str, place: Place) -> str | None:
    """The whole ARN; ``None`` where the Region or the account is not known that its type needs."""
    fields = template.split(":", 5)[:5]
    parts = {"${Partition}": place.partition, "${Region}": place.region, "${Account}": place.account}
    filled = [parts.get(field, field) for field in fields]
    if "${Account}" in fields and not is_account_id(place.account):
        return None
    if any(part == "" for part, field in zip(filled, fields, strict=True) if field in parts) or "$" in "".join(filled):
        return None
    return ":".join((*filled, resource))


def _arns_given(resource_type: _Type, asked: _Asked) -> Iterator[Built]:
    """The ARNs among the parameters, alone or in lists, that have the form of the type."""
    described = CATALOGUE.resource_type(asked.service, resource_type.name)
    for name, value in asked.parameters.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.startswith("arn:") and described is not None and described.fits(text):
                yield Built(text, name)


def _values_of(variable: str, resource_type: _Type, asked: _Asked) -> tuple[str, tuple[str, ...]]:
    """The parameter that fills a variable, and its values: several where it is a list.

    No parameter: none is given. A parameter without values: what is given is no plain name.
    """
    made = arn_parameters.TO_BE_MADE.get((asked.action.name.lower(), resource_type.name), frozenset())
    if variable in made:
        return "", ("*",)
    for path in _paths(variable, resource_type, asked):
        found = tuple(
            _plain(value, variable, asked)
            for value in values_given(asked.parameters, path)
            if value not in ("", HIDDEN)
        )
        other = arn_parameters.OF_ANOTHER_TYPE.get((asked.service, resource_type.name, variable))
        if found:
            if other is not None and other in found:
                return "", ()
            return path, (tuple(filter(None, found)) if all(found) else ())
    return "", _implied(variable, asked)


def _implied(variable: str, asked: _Asked) -> tuple[str, ...]:
    """The value that a variable has where the request does not pass its parameter."""
    implied = arn_parameters.IMPLIED.get((asked.service, variable))
    if implied is None or not asked.are_all or implied[0] in asked.parameters:
        return ()
    has_parameter = re.fullmatch(implied[2], asked.action.name.partition(":")[2], re.IGNORECASE)
    return (implied[1],) if has_parameter else ()


def _paths(variable: str, resource_type: _Type, asked: _Asked) -> Iterator[str]:
    """The parameters that may fill a variable, in the order in which they are tried."""
    for row in VARIABLE_PARAMETERS:
        if (
            row.service == asked.service
            and row.variable == variable
            and row.resource_type in ("", resource_type.name)
            and re.fullmatch(row.actions, asked.action.name.partition(":")[2], re.IGNORECASE)
        ):
            yield from row.parameters
    if asked.service in arn_parameters.NOT_BY_NAME or (asked.service, variable) in arn_parameters.UNTOLD:
        return
    if variable not in _GENERIC and not variable.endswith("type"):
        yield from (asked.by_name[name] for name in (variable, f"{variable}s") if name in asked.by_name)
    yield from _own_names(variable, resource_type, asked)


def _own_names(variable: str, resource_type: _Type, asked: _Asked) -> Iterator[str]:
    """`webACLId` for the `Id` of a web ACL; and plain `id` or `name` where the action is about that type."""
    suffix = next((end for end in ("id", "name") if variable.endswith(end)), None)
    if suffix is None or shares_its_prefix(asked.action.name):
        return
    stem = re.sub(r"[^a-z0-9]", "", resource_type.name.lower())
    if variable in ("id", "name", "resourceid", "resourcename") and f"{stem}{suffix}" in asked.by_name:
        yield asked.by_name[f"{stem}{suffix}"]
    stems = {stem, variable.removesuffix(suffix)} - {"", "resource"}
    if suffix in asked.by_name and any(_is_about(one, asked) for one in stems):
        yield asked.by_name[suffix]


def _is_about(stem: str, asked: _Asked) -> bool:
    """Whether the noun of the action begins with a type's name, and with no longer one of its types' names."""
    if not asked.noun.startswith(stem):
        return False
    others = (re.sub(r"[^a-z0-9]", "", each.name.lower()) for each in CATALOGUE.resource_types_of(asked.service))
    return not any(len(other) > len(stem) and asked.noun.startswith(other) for other in others)


def _plain(value: str, variable: str, asked: _Asked) -> str | None:
    """A value as the ARN has it; ``None`` when it is more or less than a plain name."""
    if (arn := parse_arn(value)) is not None:
        same = arn.resource_type.lower().replace("-", "") == variable.removesuffix("name").removesuffix("id")
        return arn.resource_id if same and arn.account in ("", asked.place.account) else None
    key = (asked.service, variable)
    if (words := arn_parameters.VALUES.get(key)) is not None:
        return words.get(value)
    prefix = arn_parameters.PREFIXES.get(key, "")
    value = value.rpartition("/")[2] if prefix == "/" else value.removeprefix(prefix)
    if value != value.lower() and {(asked.service, variable), (asked.service, "")} & arn_parameters.LOWER_ONLY:
        return None
    if asked.service in arn_parameters.LOWERED:
        value = value.lower()
    forbidden = ":*?" if variable in arn_parameters.WITH_SLASHES or prefix else ":*?/"
    return value if value and not set(value) & set(forbidden) else None


def _most_specific(
    made: dict[_Type, tuple[Built, ...]], types: tuple[_Type, ...], asked: _Asked
) -> dict[_Type, tuple[Built, ...]]:
    """Without the optional types whose variables are a part of another's: a rule of a named bus is of no other bus.

    The other one counts as soon as the request names it, even by something that no ARN could be made of.
    """
    named = [each for each in types if not each.required and (each in made or _is_named(each, asked))]
    return {
        each: built
        for each, built in made.items()
        if each.required or not any(set(each.variables) < set(other.variables) for other in named)
    }


def _is_named(resource_type: _Type, asked: _Asked) -> bool:
    found = [_values_of(variable.lower(), resource_type, asked) for variable in resource_type.variables]
    return bool(found) and all(path for path, _ in found)


def _is_tried(resource_type: _Type, asked: _Asked) -> bool:
    """Whether the request names one, though by something that no ARN could be made of."""
    return any(_values_of(variable.lower(), resource_type, asked)[0] for variable in resource_type.variables)


def _all_of_them(asked: _Asked) -> tuple[Built, ...]:
    """The resource of a list that is asked for as a whole."""
    name = arn_parameters.ASKED_FOR_ALL.get(asked.action.name.lower())
    resource_type = next((each for each in _types(asked.action.name) if each.name == name), None)
    if resource_type is None or not asked.are_all or _is_tried(resource_type, asked):
        return ()
    resource = _VARIABLE.sub("*", resource_type.template.split(":", 5)[5])
    arn = _with_place(resource, resource_type.template, asked.place)
    return (Built(arn, "", origin=ALL_OF_THEM),) if arn is not None else ()
