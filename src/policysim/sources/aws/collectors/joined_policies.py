"""The policies that AWS printed for one resource, as the one document that the account folder has room for.

Source: IAM User Guide, reference_policies_elements_version (``Version`` decides whether ``${...}`` is a policy
variable) and reference_policies_evaluation-logic (policies of one type count together); spec G2, E7.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_OLD: Final = "2008-10-17"
_VARIABLE: Final = "${"


class UnjoinableError(Exception):
    """Several policies that no one document can say."""


def joined(policies: Iterable[object]) -> object:
    """One policy as AWS printed it, several as one document with all their statements, ``None`` where there is none.

    Empty texts and empty objects are no policies: that is how some services print that there is none.

    Raises:
        UnjoinableError: one of several is no JSON object, or they have different versions and policy variables.
    """
    found = [policy for policy in policies if policy is not None and not _is_empty(policy)]
    if len(found) < 2:
        return found[0] if found else None
    documents = [_document(policy) for policy in found]
    versions = sorted({str(document.get("Version") or _OLD) for document in documents})
    if len(versions) > 1 and any(_VARIABLE in json.dumps(document) for document in documents):
        raise UnjoinableError
    return {"Version": versions[-1], "Statement": [one for document in documents for one in _statements(document)]}


def _is_empty(policy: object) -> bool:
    return not policy or (isinstance(policy, str) and "".join(policy.split()) in {"", "{}", "null"})


def _document(policy: object) -> dict[str, Any]:
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        raise UnjoinableError from None
    if not isinstance(document, dict):
        raise UnjoinableError
    return document


def _statements(document: dict[str, Any]) -> list[Any]:
    statement = document.get("Statement") or []
    return statement if isinstance(statement, list) else [statement]
