"""The message that AWS STS's ``DecodeAuthorizationMessage`` decodes: untrusted JSON to typed values.

The API reference does not document the JSON. In messages that AWS sends, lists are objects with a member ``items``;
the example of the API reference, which comes from XML, has plain lists of ``{"item": ...}``, truth values as text and
empty text for empty lists. Both are read.
Source: AWS STS API reference, DecodeAuthorizationMessage (contents, example); spec M15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from policysim.catalog.facts import CATALOGUE
from policysim.cloudtrail.aws_evaluation import (
    ALLOW,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    Answer,
    AnswerError,
    DecodedStatement,
    Evaluation,
    EvaluationKind,
)
from policysim.cloudtrail.evaluated_context import context_of_decoded
from policysim.cloudtrail.validation_sentences import sentence_of
from policysim.language.arns import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY_RESOURCE: Final = "*"


def _listed(value: object) -> object:
    """A list, in whichever of its forms; anything else as it is, for the model to refuse."""
    if isinstance(value, dict) and "items" in value:
        value = value["items"]
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [one["item"] if isinstance(one, dict) and set(one) == {"item"} else one for one in value]
    return value


def _plain(value: object) -> object:
    """The text of ``{"value": TEXT}``, or the text itself."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


Text = Annotated[str, BeforeValidator(_plain)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Condition(_Part):
    key: str
    values: Texts = ()


Conditions = Annotated[tuple[_Condition, ...], BeforeValidator(_listed)]


class _Statement(_Part):
    statement_id: str | None = None
    effect: str
    principals: Texts = ()
    actions: Texts = ()
    resources: Texts = ()
    conditions: Conditions = ()


class _Principal(_Part):
    id: str | None = None
    arn: str | None = None


class _Context(_Part):
    principal: _Principal | None = None
    action: str = Field(min_length=1)
    resource: str | None = None
    conditions: Conditions = ()


class _Decoded(_Part):
    allowed: bool
    explicit_deny: bool
    matched_statements: Annotated[tuple[_Statement, ...], BeforeValidator(_listed)] = ()
    context: _Context


def answer_of_decoded(value: Mapping[str, Any], source: str) -> Answer:
    """The one evaluation of a decoded message.

    Raises:
        AnswerError: with one sentence that names the member and what was expected of it.
    """
    try:
        told = _Decoded.model_validate(value)
    except ValidationError as error:
        raise AnswerError(sentence_of(error, "decoded message")) from None
    principal = told.context.principal
    resource = told.context.resource or ANY_RESOURCE
    evaluation = Evaluation(
        kind=EvaluationKind.DECODED_MESSAGE,
        source=source,
        action=_full_action(told.context.action, resource),
        resource=resource,
        effect=ALLOW if told.allowed else EXPLICIT_DENY if told.explicit_deny else IMPLICIT_DENY,
        context=context_of_decoded((one.key, one.values) for one in told.context.conditions),
        principal=principal.arn if principal is not None else None,
        principal_id=principal.id if principal is not None else None,
        statements=tuple(_statement(statement) for statement in told.matched_statements),
    )
    return Answer(source, (evaluation,))


def _full_action(printed: str, resource: str) -> str:
    """The action with its service, which some messages leave out; the resource's service tells where it has it."""
    arn = parse_arn(resource)
    if ":" in printed or arn is None:
        return printed
    full = f"{arn.service}:{printed}"
    return full if CATALOGUE.knows_action(full) else printed


def _statement(told: _Statement) -> DecodedStatement:
    return DecodedStatement(
        told.statement_id or "",
        told.effect.upper(),
        told.principals,
        told.actions,
        told.resources,
        tuple((one.key, one.values) for one in told.conditions),
    )
