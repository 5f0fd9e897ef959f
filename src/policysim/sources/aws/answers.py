"""Whether an answer of success is one of AWS's.

botocore takes the page of a proxy, half an answer or an empty one for an answer without members, which would pass for
"there is none". Source: Smithy specification, AWS JSON 1.0 and 1.1, restJson1, awsQuery, ec2Query and restXml.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.model import OperationModel

_ROOT: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:[\w-]+:)?([\w-]+)", re.DOTALL)
_NO_CONTENT: Final = 204
_SUCCESS: Final = range(200, 300)
_AS_JSON: Final = frozenset({"json", "rest-json"})
_AS_XML: Final = frozenset({"ec2", "query", "rest-xml"})


def refuse_foreign(operation_model: OperationModel, response_dict: dict[str, Any], **_: object) -> None:
    """Refuses a body that is in no form in which AWS answers this operation; a handler of botocore's ``before-parse``.

    Raises:
        HTTPClientError: as where no answer came.
    """
    status, body = response_dict["status_code"], response_dict["body"]
    if status not in _SUCCESS or status == _NO_CONTENT or not isinstance(body, bytes):
        return
    protocol = operation_model.service_model.resolved_protocol
    if not _has_members_in_body(operation_model) or _is_in_form(protocol, body):
        return
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415  # loads only where AWS is called

    raise HTTPClientError(error=f"the answer to {operation_model.name} is not one of AWS's")


def _has_members_in_body(model: OperationModel) -> bool:
    shape = model.output_shape
    if shape is None or model.has_streaming_output or model.has_event_stream_output:
        return False
    payload = shape.serialization.get("payload")
    if payload is not None:
        return bool(shape.members[payload].type_name == "structure")
    return any("location" not in member.serialization for member in shape.members.values())


def _is_in_form(protocol: str, body: bytes) -> bool:
    if protocol in _AS_JSON:
        try:
            return isinstance(json.loads(body), dict)
        except (ValueError, RecursionError):
            return False
    if protocol in _AS_XML:
        root = _ROOT.match(body)
        return root is not None and (
            root[1].lower() != b"html" if protocol == "rest-xml" else root[1][-8:] == b"Response"
        )
    return True
