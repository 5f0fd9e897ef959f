"""Why an answer came out, as ``because`` asks: by a layer, or by a statement.

Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; spec E2 to E38.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Effect, Verdict
from policysim.evaluation.layers import LAYER, LayerName
from policysim.evaluation.truth import Truth
from policysim.expectations.problem_kinds import UNKNOWN_REASON
from policysim.language.nearest import nearest
from policysim.language.policy import Effect as StatementEffect
from policysim.language.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policysim.evaluation.decide import CallDecision
    from policysim.evaluation.decision import Check, StatementMatch
    from policysim.evaluation.policy_set import AttachedPolicy
    from policysim.expectations.sentences import Word
    from policysim.language.policy import Statement

TRUST: Final = "trust"
_DENIALS: Final = frozenset({Verdict.IMPLICIT_DENY, Verdict.EXPLICIT_DENY})
_LAYERS: Final = {name.value: name for name in LayerName} | {TRUST: LayerName.RESOURCE}


def holds(word: str, call: CallDecision) -> bool:
    """Whether a reason is one of an answer that is decided.

    Where AWS answers in the same way whatever the policies say, no layer speaks, and every reason holds.
    """
    if not any(decision.checks for decision in call.decisions):
        return True
    layer = _LAYERS.get(word)
    if layer is not None:
        return _layer_holds(layer, call)
    return any(_names(word, match.attached, match.statement) for match in deciding_statements(call))


def _layer_holds(layer: LayerName, call: CallDecision) -> bool:
    """Of a denial: the layer denies by itself. Of an allow: its Allow was needed, and a statement of it allows."""
    checks = [check for decision in call.decisions for check in decision.checks if check.layer is layer]
    if call.effect is not Effect.ALLOWED:
        return any(check.verdict in _DENIALS for check in checks)
    return any(_allowing(check) for check in checks)


def deciding_statements(call: CallDecision) -> Iterator[StatementMatch]:
    """The statements that decided: those that deny; or those whose Allow is among the Allows that were needed."""
    if call.effect is Effect.ALLOWED:
        for decision in call.decisions:
            for check in decision.checks:
                yield from _allowing(check)
    else:
        yield from call.deciding.statements


def _allowing(check: Check) -> tuple[StatementMatch, ...]:
    """The statements of a layer that allow, where its Allow counts."""
    if check.verdict is not Verdict.ALLOW or not (check.needed or LAYER[check.layer].grants):
        return ()
    return tuple(
        match
        for match in check.matched
        if match.truth is Truth.TRUE and match.statement.effect is StatementEffect.ALLOW
    )


def _names(word: str, attached: AttachedPolicy, statement: Statement) -> bool:
    """Whether ``FILE#SID`` names a statement: the end of a path or the policy's name; its Sid or its number."""
    file, _, wanted = word.rpartition("#")
    path = source_name(statement)
    named = file in {attached.name, path} or path.endswith(f"/{file}") or (attached.arn or "").endswith(f"/{file}")
    return named and wanted in {statement.sid, str(statement.index + 1)}


def source_name(statement: Statement) -> str:
    """The file that a statement stands in, as the user named it."""
    source = statement.location.source
    while source.origin is not None:
        source = source.origin.source
    return source.name


def statement_problems(words: Iterable[Word], documents: Sequence[AttachedPolicy]) -> Iterator[Problem]:
    """What is wrong with reasons that name a statement which no policy at hand has."""
    for word in words:
        if word.text in _LAYERS or "#" not in word.text:
            continue
        if any(_names(word.text, one, statement) for one in documents for statement in one.policy.statements):
            continue
        file = word.text.rpartition("#")[0]
        known = [
            f"{name}#{statement.sid or statement.index + 1}"
            for one in documents
            for statement in one.policy.statements
            for name in (one.name, source_name(statement).rsplit("/", 1)[-1])
        ]
        sentence = f"no policy at hand has a statement `{word.text}`"
        hint = nearest(word.text, dict.fromkeys(known)) or f"`{file}` is the end of a file's path, or a policy's name"
        yield Problem(UNKNOWN_REASON, sentence, word.span, hint)
