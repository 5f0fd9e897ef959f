"""The words in which hypotheses speak of requests, statements, and what an evaluation came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.cloudtrail.denial import TRUST_LAYER, DenialKind
from policysim.evaluation.decision import Effect
from policysim.evaluation.layer_words import layer_named, layer_title
from policysim.evaluation.layers import LAYER, LayerName
from policysim.explanation.agreement import layer_of_message
from policysim.explanation.diagnosis import label
from policysim.language.locator import locate

if TYPE_CHECKING:
    from policysim.cloudtrail.denial import Denial
    from policysim.evaluation.decision import Decision, Outcome, StatementMatch
    from policysim.language.request import Request
    from policysim.language.source import Location


def asked(request: Request) -> str:
    """What was asked for: the action and, where it is about one thing, the resource."""
    return f"`{request.action}`" + ("" if request.resource.arn == "*" else f" on `{request.resource.arn}`")


def title(layer: LayerName, request: Request) -> str:
    """The name of a layer where this is asked for; of a role it is the trust policy, of a KMS key the key policy."""
    return layer_title(layer, request.action)


def at(location: Location) -> str:
    """The place of a statement as file and line."""
    place = locate(location).place
    return f"{place.file}:{place.line}"


def statement(match: StatementMatch) -> str:
    """A statement by its name, its policy and its place, where a person can open that."""
    location = match.statement.location
    return label(match) if location.source.written_here else f"{label(match)} ({at(location)})"


def reason(outcome: Outcome) -> str:
    """Why an element does not match, as a clause about its statement."""
    sentence = outcome.sentence
    return f"its {sentence}" if sentence.startswith("Not") else f"it {sentence}"


def came_to(decision: Decision) -> str:
    """What an evaluation came to, in words."""
    request = decision.request
    match decision.effect:
        case Effect.ALLOWED:
            return "allowed"
        case Effect.DEPENDS:
            keys = ", ".join(unknown.key for unknown in decision.unknown_keys)
            return f"open: it depends on {keys}" if keys else "open: something that was not collected decides"
        case Effect.EXPLICIT_DENY:
            return f"an explicit deny in the {_title_of(decision.layer, request)}"
        case Effect.IMPLICIT_DENY:
            return f"denied: no {_title_of(decision.layer, request)} allows it"


def _title_of(word: str, request: Request) -> str:
    return layer_named(word, request.action) or "rule that no policy changes"


def said(denial: Denial) -> str:
    """What AWS's message says of the layer and the kind of denial, as a sentence; empty where it names neither."""
    layer = layer_of_message(denial)
    if layer is None:
        return "AWS's message speaks of an explicit deny" if denial.kind is DenialKind.EXPLICIT else ""
    named = "role trust policy" if denial.layer == TRUST_LAYER else LAYER[layer].title
    match denial.kind:
        case DenialKind.EXPLICIT:
            return f"AWS's message names an explicit deny in the {named}"
        case DenialKind.IMPLICIT:
            return f"AWS's message says that no {named} allows it"
        case DenialKind.UNKNOWN:
            return f"AWS's message names the {named}"
