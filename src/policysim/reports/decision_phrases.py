"""A decision in words: the verdict, why each layer said what it did, and what would settle what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layer_words import layer_named, layer_title, with_article
from policysim.evaluation.layers import LAYER, Combine
from policysim.language.lists import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policysim.reports.decision_document import (
        CheckDocument,
        DecisionDocument,
        StatementDocument,
        UnknownKeyDocument,
    )

EFFECT_WORD: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "ALLOWED",
    Effect.EXPLICIT_DENY: "DENIED",
    Effect.IMPLICIT_DENY: "DENIED",
    Effect.DEPENDS: "UNDECIDED",
}
_EFFECT_PHRASE: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "allowed",
    Effect.EXPLICIT_DENY: "explicitly denied",
    Effect.IMPLICIT_DENY: "implicitly denied",
    Effect.DEPENDS: "still open",
}
_GRANTING_SIDE: Final[dict[str, str]] = {
    "identity+resource": "identity-based and resource-based policies together",
    "root": "the account's root user, whom its own account does not limit",
    "special": "a rule of the service that no policy changes",
}
_GAP_WORD = "incomplete, see below"
HOW_TO_SETTLE = "`policysim eval` takes a value as `--context KEY=VALUE`, a key that is absent as `--absent KEY`"
_STATEMENTS_SHOWN = 3


def verdict_phrase(decision: DecisionDocument, action: str) -> str:
    """Which layer and statement decided, and where it stands."""
    match decision.effect:
        case Effect.EXPLICIT_DENY:
            return f"{action}: explicit deny in {_deciders(decision, action)}"
        case Effect.IMPLICIT_DENY:
            return _implicit_phrase(decision, action)
        case Effect.ALLOWED:
            return f"{action}: granted by {_deciders(decision, action)}"
        case Effect.DEPENDS:
            return f"{action}: {_alternatives(decision)}, depending on {_open_things(decision)}"


def _deciders(decision: DecisionDocument, action: str) -> str:
    if not decision.statements:
        return _decider(decision.layer, action)
    first, *others = decision.statements
    more = f" (and {counted(len(others), 'more statement')})" if others else ""
    return f"the {layer_title(first.layer, action)} {statement_name(first)}, {place(first)}{more}"


def _implicit_phrase(decision: DecisionDocument, action: str) -> str:
    if not decision.blocking:
        return f"{action}: implicitly denied by {_decider(decision.layer, action)}"
    first, *others = decision.blocking
    phrase = f"{action}: no {layer_title(first, action)} allows it"
    if others:
        phrase += f"; missing too: an Allow in {listed([with_article(layer_title(other, action)) for other in others])}"
    if Effect.EXPLICIT_DENY in decision.possible:
        phrase += f"; an explicit deny is possible, depending on {_open_things(decision)}"
    return phrase


def _decider(layer: str, action: str) -> str:
    if layer in _GRANTING_SIDE:
        return _GRANTING_SIDE[layer]
    title = layer_named(layer, action)
    return with_article(title) if title else layer


def _alternatives(decision: DecisionDocument) -> str:
    phrases = [_EFFECT_PHRASE[effect] for effect in decision.possible if effect is not Effect.DEPENDS]
    return listed(phrases, "or") if phrases else "allowed or denied"


def _open_things(decision: DecisionDocument) -> str:
    if decision.unknown_keys:
        return listed([unknown.key for unknown in decision.unknown_keys])
    return "what was not collected" if decision.gaps else "what is not known"


def decides(check: CheckDocument, decision: DecisionDocument) -> bool:
    """Whether a layer refuses the request, or leaves it open."""
    match decision.effect:
        case Effect.EXPLICIT_DENY:
            return check.evaluatedEffect is Verdict.EXPLICIT_DENY and check.layer.value == decision.layer
        case Effect.IMPLICIT_DENY:
            return check.layer in decision.blocking or check.layer.value == decision.layer
        case Effect.DEPENDS:
            return check.evaluatedEffect is Verdict.UNKNOWN
        case Effect.ALLOWED:
            return False


def shown_statements(decision: DecisionDocument, *, verbose: bool) -> Sequence[StatementDocument]:
    """The statements that decided, as many as are shown."""
    return decision.statements if verbose else decision.statements[:_STATEMENTS_SHOWN]


def check_detail(check: CheckDocument) -> str:
    """Why a layer said what it did."""
    parts = [_GAP_WORD if check.gaps else ""]
    if not check.present and not check.gaps:
        return f"none: {LAYER[check.layer].absent_means}"
    if check.evaluatedEffect is Verdict.IMPLICIT_DENY:
        levels = LAYER[check.layer].combine is Combine.LEVELS and check.blocking_node is not None
        parts.append(f"nothing allows it at {check.blocking_node or ''}" if levels else "nothing allows it")
    matched = _relevant(check)
    if matched:
        parts.append(_named_in_short(matched))
    elif check.evaluatedEffect is Verdict.EXPLICIT_DENY:
        parts.append("refused by no statement: see Mind below")
    elif check.evaluatedEffect is not Verdict.IMPLICIT_DENY and not check.gaps:
        parts.append("nothing matches" if check.needed else "nothing matches, and nothing needs to")
    return "; ".join(part for part in parts if part)


def _named_in_short(matched: Sequence[StatementDocument]) -> str:
    """The first of some statements by its name, and how many more there are; one at several levels counts once."""
    first, *others = dict.fromkeys(map(statement_name, matched))
    levels = len({statement.node for statement in matched if statement_name(statement) == first})
    everywhere = f" at {levels} levels" if levels > 1 and LAYER[matched[0].layer].combine is Combine.LEVELS else ""
    return first + everywhere + (f" and {counted(len(others), 'other statement')}" if others else "")


def _relevant(check: CheckDocument) -> list[StatementDocument]:
    """The statements behind the verdict: those that deny, those that allow, or those that may match."""
    matched = check.matchedStatements
    match check.evaluatedEffect:
        case Verdict.EXPLICIT_DENY:
            return [statement for statement in matched if statement.effect == "Deny" and statement.certain]
        case Verdict.IMPLICIT_DENY:
            return [statement for statement in matched if not statement.certain]
        case Verdict.UNKNOWN:
            return [statement for statement in matched if not statement.certain] or list(matched)
        case Verdict.ALLOW | Verdict.NO_IMPACT:
            return sorted(matched, key=lambda statement: statement.certain)


def settled_by(unknown: UnknownKeyDocument) -> str:
    """A key that is not known, and what each of its values would decide."""
    outcomes: dict[Effect, list[str]] = {}
    for settling in unknown.values:
        value = "absent" if settling.value is None else f"`{settling.value}`"
        outcomes.setdefault(settling.effect, []).append(value)
    settled = "; ".join(f"{_EFFECT_PHRASE[effect]} if {' or '.join(values)}" for effect, values in outcomes.items())
    return f"{unknown.key}: {settled}" if settled else unknown.key


def statement_name(statement: StatementDocument) -> str:
    """The policy and the statement's Sid, or its number where it has none."""
    own = f"statement `{statement.sid}`" if statement.sid else f"statement {statement.index + 1}"
    return f"`{statement.policy}` {own}"


def place(statement: StatementDocument) -> str:
    """``file:line:column``, the form that editors and terminals link; of no file, only what states it."""
    name = statement.file
    return f"{name}:{statement.line}:{statement.column}" if statement.opens else name


def counted(number: int, noun: str) -> str:
    """``1 statement``, ``2 statements``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
