"""The tags that a request passes or takes away, in the shapes in which records show them, as condition keys.

Records of one service show tags in one shape and those of the next in another; a few leave them out or hide them. So
that no tag is passed is proved by the records of a few services alone.
Source: IAM User Guide, reference_policies_condition-keys (aws:RequestTag, aws:TagKeys); Amazon S3 User Guide,
tagging-and-policies; spec C58, C59, C72, R14.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.parameter_values import HIDDEN
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TAG_PARAMETERS: Final = ("tags", "Tags", "tagSet", "tagsList", "tagList", "TagList", "tagsToAdd", "addTags")
"""The parameters that pass tags: a list of names and values, or an object of them."""

REMOVING_PARAMETERS: Final = ("tagKeys", "TagKeys", "tagKeyList", "tagsToRemove", "removeTagKeys", "removeTags")
"""The parameters that name tags to be taken away."""

SHOW_ALL_TAGS: Final = frozenset({"cloudtrail", "ec2", "iam", "lambda", "logs", "rds", "ssm", "sts"})
"""Services whose records were seen to show the tags that are passed: one without them proves that there are none.

Records of AWS Secrets Manager leave them out.
"""

OF_TOKENS: Final = {
    "sts:assumerolewithsaml": "principalTags",
    "sts:assumerolewithwebidentity": "principalTags",
}
"""Actions whose tags stand in an assertion or token, and the parameter in which records show them.

That records of refused calls show them as well is not documented: one without them proves nothing.
"""

_LAUNCH_TEMPLATE: Final = "launchtemplate"
"""What the parameters of a launch template are called; it may have tags of its own."""

OBJECT_TAG_HEADER: Final = "x-amz-tagging"
"""The header of Amazon S3 that passes the tags of an object, as a query text (`Team=blue&Env=prod`)."""

REQUEST_TAG: Final = "aws:RequestTag/"
OWN_FAMILIES: Final = {"rds": "rds:req-tag/"}
"""Further families of keys for the tags of a request, by service."""

_NAMES: Final = ("key", "Key", "tagKey", "TagKey")
_VALUES: Final = ("value", "Value", "tagValue", "TagValue")


class Tag(NamedTuple):
    """One tag; the value is ``None`` where the record hides it, or shows it as another JSON value than a text."""

    name: str
    value: str | None


class RequestTags(NamedTuple):
    """The keys that tags prove, and the families of keys of which no other one is there."""

    keys: dict[str, tuple[str, ...]]
    families: tuple[str, ...] = ()


def tags_of_request(action: str, resource: str, parameters: Mapping[str, Any], called: str) -> RequestTags:
    """The condition keys of the tags that a request for an action on a resource passes to the operation ``called``."""
    service, _, name = action.lower().partition(":")
    if service == "s3" and "object" in name:
        return _object_tags(parameters)
    token = OF_TOKENS.get(action.lower(), "")
    shown = [*_tags(resource, parameters, called), *_tag_list(parameters.get(token))]
    may_be_more = service == "ec2" and _names_launch_template(parameters)
    removed = [text for name in REMOVING_PARAMETERS for text in _names_in(parameters.get(name))]
    if any(tag.name == HIDDEN for tag in shown) or HIDDEN in removed or HIDDEN in map(parameters.get, TAG_PARAMETERS):
        return RequestTags({})
    if not (shown or removed):
        shows_all = service in SHOW_ALL_TAGS and not token and not may_be_more
        proved = bool(parameters) and shows_all and _takes_tags(action)
        return RequestTags({}, (REQUEST_TAG, "aws:TagKeys") if proved else ())
    families = (REQUEST_TAG, *((OWN_FAMILIES[service],) if service in OWN_FAMILIES else ()))
    keys: dict[str, tuple[str, ...]] = {
        f"{family}{tag.name}": (tag.value,) for family in families for tag in shown if tag.value is not None
    }
    names = tuple(dict.fromkeys((*(tag.name for tag in shown), *removed)))
    if may_be_more:
        return RequestTags(keys)
    listed = () if any(tag.value is None for tag in shown) else families
    return RequestTags({**keys, "aws:TagKeys": names}, listed)


def _names_launch_template(parameters: Mapping[str, Any]) -> bool:
    """Whether a launch template is named: by a parameter, or within the one that holds the whole request."""
    within = (inner for inner in parameters.values() if isinstance(inner, dict))
    members = (name for one in (parameters, *within) for name, value in one.items() if value)
    return any(_LAUNCH_TEMPLATE in name.lower() for name in members)


@lru_cache(maxsize=2048)
def _takes_tags(action: str) -> bool:
    """Whether the catalogue lists the tags of a request among the action's keys."""
    return any(key.name.startswith(REQUEST_TAG) for key in CATALOGUE.condition_keys_of(action) or ())


def _object_tags(parameters: Mapping[str, Any]) -> RequestTags:
    """The keys of the tags that an S3 request gives an object (spec C59)."""
    header = parameters.get(OBJECT_TAG_HEADER)
    shown = [Tag(*pair) for pair in parse_qsl(header, keep_blank_values=True)] if isinstance(header, str) else []
    shown += _in_document(parameters)
    if not shown or header == HIDDEN:
        return RequestTags({})
    keys = {f"s3:RequestObjectTag/{tag.name}": (tag.value,) for tag in shown if tag.value is not None}
    return RequestTags({**keys, "s3:RequestObjectTagKeys": tuple(tag.name for tag in shown)})


def _in_document(parameters: Mapping[str, Any]) -> Iterator[Tag]:
    """The tags of an S3 request in XML, as records show it: one of them stands without a list."""
    tagging = parameters.get("Tagging")
    tag_set = tagging.get("TagSet") if isinstance(tagging, dict) else None
    yield from _tag_list(tag_set.get("Tag") if isinstance(tag_set, dict) else None)


def _tags(resource: str, parameters: Mapping[str, Any], called: str) -> Iterator[Tag]:
    """The tags that a request passes, in the shapes that services write them in."""
    for name in TAG_PARAMETERS:
        yield from _tag_list(parameters.get(name))
    yield from _in_document(parameters)
    arn = parse_arn(resource)
    for specification in _specifications(parameters, called):
        # Each specification tags the new resources of one type only.
        of_type = specification.get("resourceType", specification.get("ResourceType"))
        if arn is not None and of_type == arn.resource_type:
            yield from _tag_list(specification.get("tags", specification.get("Tag")))


def _specifications(parameters: Mapping[str, Any], called: str) -> Iterator[dict[str, Any]]:
    """The tag specifications of Amazon EC2, in the older form of its records and in the newer one."""
    found = _items(parameters.get("tagSpecificationSet"))
    newer = parameters.get(f"{called}Request")
    if isinstance(newer, dict):
        one = newer.get("TagSpecification")
        found = [*found, *(one if isinstance(one, list) else [one])]
    yield from (each for each in found if isinstance(each, dict))


def _tag_list(tags: object) -> Iterator[Tag]:
    if isinstance(tags, dict) and "items" not in tags and not any(name in tags for name in _NAMES):
        yield from (Tag(name, _text(value)) for name, value in tags.items())
        return
    entries = [tags] if isinstance(tags, dict) and "items" not in tags else _items(tags)
    for entry in entries:
        if isinstance(entry, dict):
            name = next((entry[key] for key in _NAMES if key in entry), None)
            value = next((entry[key] for key in _VALUES if key in entry), None)
            if isinstance(name, str):
                yield Tag(name, "" if value is None else _text(value))


def _text(value: object) -> str | None:
    """A value as the caller wrote it: what an XML request wrote may stand as a number or a boolean, spelled anew."""
    return value if isinstance(value, str) and value != HIDDEN else None


def _names_in(value: object) -> Iterator[str]:
    for item in _items(value):
        if isinstance(item, str):
            yield item


def _items(value: object) -> list[Any]:
    """The entries of a list, or of EC2's object around one."""
    inner = value.get("items") if isinstance(value, dict) else value
    return inner if isinstance(inner, list) else []
