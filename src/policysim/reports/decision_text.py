"""The parts of a text report that speak of a decision; ``eval`` and ``explain`` share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, Combine
from policysim.reports.excerpt_text import excerpt_lines
from policysim.reports.layer_words import layer_named, layer_title, with_article
from policysim.reports.layout import INDENT, Paint, Tone, bullet, command_lines, labelled, paragraph
from policysim.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.decision_document import (
        AnswerDocument,
        CheckDocument,
        DecisionDocument,
        GapDocument,
        StatementDocument,
        UnknownKeyDocument,
    )

EFFECT_WORD: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "ALLOWED",
    Effect.EXPLICIT_DENY: "DENIED",
    Effect.IMPLICIT_DENY: "DENIED",
    Effect.DEPENDS: "UNDECIDED",
}
EFFECT_TONE: Final[dict[Effect, Tone]] = {
    Effect.ALLOWED: Tone.ALLOWED,
    Effect.EXPLICIT_DENY: Tone.DENIED,
    Effect.IMPLICIT_DENY: Tone.DENIED,
    Effect.DEPENDS: Tone.UNDECIDED,
}
_EFFECT_PHRASE: Final[dict[Effect, str]] = {
    Effect.ALLOWED: "allowed",
    Effect.EXPLICIT_DENY: "explicitly denied",
    Effect.IMPLICIT_DENY: "implicitly denied",
    Effect.DEPENDS: "still open",
}
_VERDICT_TONE: Final[dict[Verdict, Tone]] = {
    Verdict.ALLOW: Tone.ALLOWED,
    Verdict.NO_IMPACT: Tone.QUIET,
    Verdict.IMPLICIT_DENY: Tone.DENIED,
    Verdict.EXPLICIT_DENY: Tone.DENIED,
    Verdict.UNKNOWN: Tone.UNDECIDED,
}
_GRANTING_SIDE: Final[dict[str, str]] = {
    "identity+resource": "identity-based and resource-based policies together",
    "root": "the account's root user, whom its own account does not limit",
    "special": "a rule of the service that no policy changes",
}
_GAP_WORD = "incomplete, see below"
_HOW_TO_SETTLE = "`policysim eval` takes a value as `--context KEY=VALUE`, a key that is absent as `--absent KEY`"
_TITLE_COLUMN = 26
_VERDICT_COLUMN = 15
_STATEMENTS_SHOWN = 3


def answer_text(answer: AnswerDocument, paint: Paint, *, verbose: bool = False) -> str:
    """The text that ``policysim eval`` prints for one request."""
    decision, request = answer.decision, answer.request
    lines = [
        *headline(decision.effect, verdict_phrase(decision, request.action), paint),
        "",
        *labelled("Who", printable(request.principal or "unknown")),
        *labelled("Wants", printable(f"{request.action} on {request.resource}")),
        *statement_sections(decision, request.action, paint, verbose=verbose),
        *layer_table(answer.checks, request.action, paint, verbose=verbose),
        *open_points(decision, paint),
    ]
    return "\n".join(lines) + "\n"


def headline(effect: Effect, phrase: str, paint: Paint, word: str = "") -> Iterator[str]:
    """The verdict in one sentence."""
    word = word or EFFECT_WORD[effect]
    first, *rest = paragraph(f"{word} {phrase}", first="", rest=INDENT)
    yield paint(word, EFFECT_TONE[effect]) + first.removeprefix(word)
    yield from rest


def heading(text: str, paint: Paint) -> Iterator[str]:
    """A blank line and the title of a section."""
    yield ""
    yield paint(text, Tone.HEADING)


def verdict_phrase(decision: DecisionDocument, action: str) -> str:
    """Which layer and statement decided, and where it stands."""
    action = printable(action)
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
    more = f" (and {_count(len(others), 'more statement')})" if others else ""
    return f"the {layer_title(first.layer, action)} {statement_name(first)}, {place(first)}{more}"


def _implicit_phrase(decision: DecisionDocument, action: str) -> str:
    if not decision.blocking:
        return f"{action}: implicitly denied by {_decider(decision.layer, action)}"
    first, *others = decision.blocking
    phrase = f"{action}: no {layer_title(first, action)} allows it"
    if others:
        phrase += f"; missing too: an Allow in {_and([with_article(layer_title(other, action)) for other in others])}"
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
    return _joined(phrases, "or") if phrases else "allowed or denied"


def _open_things(decision: DecisionDocument) -> str:
    if decision.unknown_keys:
        return _and([printable(unknown.key) for unknown in decision.unknown_keys])
    return "what was not collected" if decision.gaps else "what is not known"


def shown_statements(decision: DecisionDocument, *, verbose: bool) -> Sequence[StatementDocument]:
    """The statements that decided, as many as are shown."""
    return decision.statements if verbose else decision.statements[:_STATEMENTS_SHOWN]


def statement_sections(decision: DecisionDocument, action: str, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """The statements that decided, each with its source lines."""
    shown = shown_statements(decision, verbose=verbose)
    for statement in shown:
        title = "Statement that decides" if decision.effect is not Effect.DEPENDS else "Statement that may decide"
        yield from heading(title, paint)
        yield from paragraph(
            f"{statement_name(statement)}, {layer_title(statement.layer, action)} ({statement.effect})"
        )
        yield INDENT + paint(place(statement), Tone.PLACE)
        yield from excerpt_lines(statement.excerpt, paint)
    if len(shown) < len(decision.statements):
        left = len(decision.statements) - len(shown)
        yield from paragraph(f"... and {_count(left, 'more statement')} (-v shows all)")


def layer_table(checks: Sequence[CheckDocument], action: str, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Every layer's verdict, in the order in which AWS checks."""
    if not checks:
        return
    yield from heading("Layers, in the order in which AWS checks them", paint)
    for check in checks:
        title = f"{INDENT}{layer_title(check.layer, action)}".ljust(_TITLE_COLUMN + len(INDENT))
        word = check.evaluatedEffect.value.lower().replace("_", " ")
        first, *rest = paragraph(_check_detail(check), first=title + word.ljust(_VERDICT_COLUMN))
        at = len(title)
        yield first[:at] + paint(word, _VERDICT_TONE[check.evaluatedEffect]) + first[at + len(word) :]
        yield from rest
        for statement in check.matchedStatements if verbose else ():
            yield from _matched(statement, paint)


def _matched(statement: StatementDocument, paint: Paint) -> Iterator[str]:
    node = f" at {printable(statement.node)}" if LAYER[statement.layer].combine is Combine.LEVELS else ""
    unsure = "" if statement.certain else ", may match"
    yield f"    {statement.effect}{node}{unsure}: {statement_name(statement)}"
    yield f"      {paint(place(statement), Tone.PLACE)}"


def _check_detail(check: CheckDocument) -> str:
    parts = [_GAP_WORD if check.gaps else ""]
    if not check.present and not check.gaps:
        return f"none: {LAYER[check.layer].absent_means}"
    if check.evaluatedEffect is Verdict.IMPLICIT_DENY:
        levels = LAYER[check.layer].combine is Combine.LEVELS and check.blocking_node is not None
        parts.append(f"nothing allows it at {printable(check.blocking_node or '')}" if levels else "nothing allows it")
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
    return first + everywhere + (f" and {_count(len(others), 'other statement')}" if others else "")


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


def open_points(decision: DecisionDocument, paint: Paint) -> Iterator[str]:
    """What the decision leaves open: unknown keys with the values that settle them, gaps and caveats."""
    if decision.unknown_keys:
        yield from heading("Not known, and what would settle it", paint)
        for unknown in decision.unknown_keys:
            yield from bullet(_settled_by(unknown))
        yield from paragraph(_HOW_TO_SETTLE)
    if decision.gaps:
        yield from heading("Not collected, or not readable", paint)
        for gap in decision.gaps:
            yield from _gap(gap)
    if decision.caveats:
        yield from heading("Mind", paint)
        for caveat in decision.caveats:
            yield from bullet(printable(caveat.sentence))


def _settled_by(unknown: UnknownKeyDocument) -> str:
    outcomes: dict[Effect, list[str]] = {}
    for settling in unknown.values:
        value = "absent" if settling.value is None else f"`{printable(settling.value)}`"
        outcomes.setdefault(settling.effect, []).append(value)
    settled = "; ".join(f"{_EFFECT_PHRASE[effect]} if {' or '.join(values)}" for effect, values in outcomes.items())
    return f"{printable(unknown.key)}: {settled}" if settled else printable(unknown.key)


def _gap(gap: GapDocument) -> Iterator[str]:
    yield from bullet(printable(gap.sentence))
    for problem in gap.problems:
        where = f"{printable(problem.file)}:{problem.line}:{problem.column}: " if problem.file else ""
        yield from paragraph(where + printable(problem.message), first="      ")
    if gap.command:
        yield from command_lines(printable(gap.command), indent="      ")


def statement_name(statement: StatementDocument) -> str:
    """The policy and the statement's Sid, or its number where it has none."""
    own = f"statement `{statement.sid}`" if statement.sid else f"statement {statement.index + 1}"
    return printable(f"`{statement.policy}` {own}")


def place(statement: StatementDocument) -> str:
    """``file:line:column``, the form that editors and terminals link; of no file, only what states it."""
    name = printable(statement.file)
    return f"{name}:{statement.line}:{statement.column}" if statement.opens else name


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _and(words: Sequence[str]) -> str:
    return _joined(words, "and")


def _joined(words: Sequence[str], conjunction: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
