"""``policysim eval --cases``: many questions, one JSON object a line in, one JSON object a line out, order kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from policysim.catalog.facts import CATALOGUE
from policysim.cli.boundary import say
from policysim.cli.exit_codes import ExitCode
from policysim.cli.output import Output, answer_stream
from policysim.evaluation.decide import decide_call
from policysim.sources.cases import BrokenCase, read_cases
from policysim.sources.errors import InputError
from policysim.sources.files import read_argument

if TYPE_CHECKING:
    from policysim.evaluation.decision import Decision
    from policysim.sources.cases import Case


def answer_cases(file: str, output: Output) -> ExitCode:
    """Writes the answer to every case as soon as it is known; a line that is no case is answered by an error."""
    broken = answered = 0
    source = read_argument(file)
    with answer_stream(output) as write:
        for case in read_cases(source):
            answered += 1
            broken += isinstance(case, BrokenCase)
            write(json.dumps(_answer(case)) + "\n")
        if not answered:
            raise InputError(f"{source.name}: there is no case in it")
    if broken:
        say(f"{source.name}: {broken} of {answered} cases could not be read, see their `error`")
    return ExitCode.BAD_INPUT if broken else ExitCode.OK


def _answer(case: Case | BrokenCase) -> dict[str, object]:
    if isinstance(case, BrokenCase):
        return {"id": case.id, "error": case.error}
    questions = [(question.request, question.policies) for question in case.questions]
    named = {"id": case.id, "title": case.title} if case.title else {"id": case.id}
    call = decide_call(questions, CATALOGUE)
    return {**named, **_decision(call.deciding.narrowed(caveats=call.caveats))}


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.effect.value,
        "layer": decision.layer,
        "possible": [effect.value for effect in decision.possible],
        "statements": [
            {"policy": match.attached.name, "index": match.statement.index, "sid": match.statement.sid}
            for match in decision.statements
        ],
        "unknown_keys": [
            {
                "key": unknown.key,
                "values": [{"value": value, "effect": effect.value} for value, effect in unknown.settles],
            }
            for unknown in decision.unknown_keys
        ],
        "caveats": [{"code": caveat.code, "sentence": caveat.sentence} for caveat in decision.caveats],
    }
