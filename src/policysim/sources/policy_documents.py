"""Every policy document in a file, a folder or standard input, with what its place says about its type.

A document is found wherever it stands: by itself, in what the AWS CLI prints, in the files of an account folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.embedding import embedded_source, is_document
from policysim.language.json_text import load_json
from policysim.language.policy_types import PolicyType
from policysim.language.problems import Problem
from policysim.language.reader import POLICY_ELEMENTS
from policysim.language.source import Location
from policysim.language.statement_reader import STATEMENT_ELEMENTS
from policysim.sources.errors import InputError
from policysim.sources.files import STANDARD_INPUT, read_argument, read_source, unreadable
from policysim.sources.json_values import problem_error
from policysim.sources.policy_files import explained
from policysim.sources.terraform_plan import VALUES, is_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.source import DocumentPath, Source

BY_MEMBER: Final[dict[str, PolicyType]] = {
    "AssumeRolePolicyDocument": PolicyType.TRUST,
    "Document": PolicyType.IDENTITY,
    "PolicyDocument": PolicyType.IDENTITY,
    "ResourcePolicy": PolicyType.RESOURCE,
    "Policy": PolicyType.RESOURCE,
    "policyText": PolicyType.RESOURCE,
    "assume_role_policy": PolicyType.TRUST,
}
"""The type of the document in a member that the AWS CLI prints (get-role, get-policy-version, get-queue-attributes).

In a plan of Terraform most attributes are named ``policy``, whatever it is: the document itself tells.
"""

BY_TERRAFORM_TYPE: Final[dict[object, PolicyType]] = {
    "aws_vpc_endpoint": PolicyType.VPCE,
    "aws_vpc_endpoint_policy": PolicyType.VPCE,
}
"""The type of the documents of a resource of a plan, where the document itself does not tell it."""

BY_FOLDER: Final[dict[str, PolicyType]] = {
    "boundaries": PolicyType.BOUNDARY,
    "rcps": PolicyType.RCP,
    "resource-policies": PolicyType.RESOURCE,
    "scps": PolicyType.SCP,
    "session-policies": PolicyType.SESSION,
    "trust-policies": PolicyType.TRUST,
    "vpc-endpoint-policies": PolicyType.VPCE,
    "vpc-endpoints": PolicyType.VPCE,
}
"""The type of the documents in a folder, or in a file, of this name (the files of an account folder)."""

BY_ORGANIZATIONS_TYPE: Final[dict[object, PolicyType]] = {
    "SERVICE_CONTROL_POLICY": PolicyType.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyType.RCP,
}
"""The type of a policy of AWS Organizations (describe-policy)."""

AWS_MANAGED_FOLDER: Final = "managed-policies"
"""The folder of AWS managed policies in an account folder: nobody but AWS can change them."""

_AWS_MANAGED: Final = ":iam::aws:policy/"
_STATEMENT: Final = "statement"
"""What a text speaks of, in lower case, that was meant to be a policy document."""

_IS_TEMPLATE: Final = (
    "this is a CloudFormation template, and a policy document was expected: `policysim expect` and `policysim eval` "
    "read templates (`--account`)"
)
_YAML_TEMPLATE: Final = re.compile(r"^Resources:[ \t]*(?:#.*)?$|^AWSTemplateFormatVersion:", re.MULTILINE)
"""What only a template in YAML has."""

_SUFFIXES: Final = (".json", ".json.gz")
_ELEMENTS: Final = frozenset(name.lower() for name in (*POLICY_ELEMENTS, *STATEMENT_ELEMENTS))


class FoundDocument(NamedTuple):
    """A decoded document and where it stands; ``type`` is what its place says, with the reason, if it says anything.

    ``path`` is the way to it, or to the string that holds it, in the file that a person can open. A ``broken`` file
    has no value: its source is all there is of it.
    """

    value: object
    location: Location
    type: PolicyType | None = None
    reason: str = ""
    path: DocumentPath = ()
    broken: bool = False


def documents_in(argument: str) -> list[FoundDocument]:
    """Every document in the file or folder that an argument of a command names, or in standard input for ``-``."""
    path = Path(argument)
    if argument != STANDARD_INPUT and path.is_dir():
        return _in_folder(path)
    source = read_argument(argument)
    value = _value_of(source)
    found = list(_in_file(value, source))
    if not found:
        if _is_template(value):
            raise InputError(f"{source.name}: {_IS_TEMPLATE}")
        raise InputError(f"{source.name}: expected a policy document: an object with `Statement`")
    return found


def _in_folder(folder: Path) -> list[FoundDocument]:
    found: list[FoundDocument] = []
    for path in sorted(_json_files(folder)):
        source = read_source(path)
        value = load_json(source)
        if not isinstance(value, Problem):
            found += _in_file(value, source)
        elif _STATEMENT in source.text.lower():
            found.append(FoundDocument(None, Location(source, ()), *_by_name(source), broken=True))
    if not found:
        raise InputError(f"{folder}: there is no policy document in the `.json` files below this folder")
    return found


def _json_files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise unreadable(error, str(folder)) from None
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            if not entry.name.startswith(".") and entry.name != AWS_MANAGED_FOLDER:
                yield from _json_files(entry)
        elif entry.name.endswith(_SUFFIXES):
            yield entry


def _value_of(source: Source) -> object:
    value = load_json(source)
    if not isinstance(value, Problem):
        return value
    if _YAML_TEMPLATE.search(source.text):
        raise InputError(f"{source.name}: {_IS_TEMPLATE}")
    raise problem_error(explained(value, source), source.name)


def _in_file(value: object, source: Source) -> Iterator[FoundDocument]:
    top = FoundDocument(value, Location(source, ()), *_by_name(source))
    if _is_template(value):
        return
    found = [_embedded(document) for document in _below(_planned(top))]
    if not found and isinstance(value, dict) and _ELEMENTS & {name.lower() for name in value}:
        found = [top]
    yield from (document for document in found if document is not None)


def _planned(top: FoundDocument) -> FoundDocument:
    """Of a plan only what will be there: it repeats every document as it was and as it changes."""
    value = top.value
    name = (
        next((name for name in VALUES if isinstance(value, dict) and name in value), None) if is_plan(value) else None
    )
    if name is None or not isinstance(value, dict):
        return top
    return top._replace(value=value[name], location=top.location.below(name))


def _below(top: FoundDocument) -> Iterator[FoundDocument]:
    """Every document in a value, the value itself included, in the order of the text; recurses nowhere."""
    waiting = [top]
    while waiting:
        at = waiting.pop()
        value = at.value
        if isinstance(value, str):
            if is_document(value):
                yield at
        elif isinstance(value, list):
            items = [at._replace(value=item, location=at.location.below(index)) for index, item in enumerate(value)]
            waiting += reversed(items)
        elif isinstance(value, dict):
            if _holds_statements(value.get("Statement")):
                yield at
            elif not _is_beside_the_point(value):
                waiting += reversed([_member(at, value, name, member) for name, member in value.items()])


def _holds_statements(listed: object) -> bool:
    return isinstance(listed, dict) or (isinstance(listed, list) and all(isinstance(one, dict) for one in listed))


def _is_beside_the_point(value: dict[str, object]) -> bool:
    """Policies that AWS manages, and versions of a policy that are not in force."""
    arn = value.get("Arn")
    return value.get("IsDefaultVersion") is False or (isinstance(arn, str) and _AWS_MANAGED in arn)


def _member(at: FoundDocument, value: dict[str, object], name: str, member: object) -> FoundDocument:
    below = at._replace(value=member, location=at.location.below(name))
    if name == "Policy" and isinstance(member, dict) and isinstance(member.get("PolicySummary"), dict):
        summary = member["PolicySummary"]
        told = BY_ORGANIZATIONS_TYPE.get(summary.get("Type"))
        return below if told is None else below._replace(type=told, reason=f"its `Type` is {summary['Type']}")
    if name == "values" and value.get("type") in BY_TERRAFORM_TYPE:
        kind = value["type"]
        return below._replace(type=BY_TERRAFORM_TYPE[kind], reason=f"it stands in a resource of type `{kind}`")
    told = PolicyType.VPCE if name == "PolicyDocument" and "VpcEndpointId" in value else BY_MEMBER.get(name)
    is_said = at.type is None or name == "AssumeRolePolicyDocument"
    return below._replace(type=told, reason=f"it stands in `{name}`") if told is not None and is_said else below


def _embedded(found: FoundDocument) -> FoundDocument | None:
    """The document itself where a string holds it, a broken one as the string; ``None`` for any other string."""
    if not isinstance(found.value, str):
        return found._replace(path=found.location.path)
    source = embedded_source(found.value, found.location)
    value = load_json(source)
    if isinstance(value, dict) and _holds_statements(value.get("Statement")):
        return found._replace(value=value, location=Location(source, ()), path=found.location.path)
    if isinstance(value, Problem) and _STATEMENT in source.text.lower():
        return found._replace(path=found.location.path)
    return None


def _by_name(source: Source) -> tuple[PolicyType | None, str]:
    path = Path(source.name)
    for name in (path.parent.name, path.name.removesuffix(".gz").removesuffix(".json")):
        if name in BY_FOLDER:
            return BY_FOLDER[name], f"it stands in `{name}`"
    return None, ""


def _is_template(value: object) -> bool:
    resources = value.get("Resources") if isinstance(value, dict) else None
    return isinstance(resources, dict) and any(
        isinstance(one, dict) and str(one.get("Type")).startswith(("AWS::", "Custom::")) for one in resources.values()
    )
