"""``--evidence FILE``: AWS's own evaluation of a refused request, found the call that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policysim.cloudtrail.aws_evaluation import Answer
    from policysim.cloudtrail.call import Call
    from policysim.cloudtrail.evaluation_fit import Fit
    from policysim.language.source import Source


def calls_of_evidence(source: Source) -> list[Call] | None:
    """The calls that AWS's own evaluation shows by itself; ``None`` for a text that is something else."""
    from policysim.sources.aws_evaluations import evidence_in, looks_like_evidence  # noqa: PLC0415  # loads pydantic

    if not looks_like_evidence(source):
        return None
    from policysim.cloudtrail.aws_evaluation import ALLOW  # noqa: PLC0415  # few texts are evidence
    from policysim.cloudtrail.evaluated_requests import call_of_answer  # noqa: PLC0415  # the same

    evidence = evidence_in(source)
    if not evidence.answers:
        raise InputError(f"{source.name}: this holds a policy that AWS evaluated, and no evaluation to explain")
    refused = [answer for answer in evidence.answers if any(one.effect != ALLOW for one in answer.evaluations)]
    if not refused:
        raise InputError(f"{source.name}: AWS allowed all that it evaluated, so there is no denial to explain")
    return [call_of_answer(answer) for answer in refused]


def calls_with_evidence(calls: Sequence[Call], files: Iterable[str]) -> list[Call]:
    """The calls with the evaluations of these files, each at the one call that it is about.

    Raises:
        InputError: for a file that is about none of the calls, or about one of several that it does not tell.
    """
    found = list(calls)
    for answer in _answers_of(files):
        from policysim.cloudtrail.evaluated_requests import call_with_answer  # noqa: PLC0415  # few calls have any

        position = _place_of(answer, found)
        found[position] = call_with_answer(found[position], answer)
    return found


def _answers_of(files: Iterable[str]) -> list[Answer]:
    """The evaluations of all files, with the documents that were saved beside them.

    Decoded messages come first: where two files are about the same request, the one that shows more has the last word.
    """
    names = list(files)
    if not names:
        return []
    from policysim.cloudtrail.aws_evaluation import EvaluationKind  # noqa: PLC0415  # few calls have any evidence
    from policysim.sources.aws_evaluations import evidence_in  # noqa: PLC0415  # the same
    from policysim.sources.evaluated_documents import with_documents  # noqa: PLC0415  # the same
    from policysim.sources.files import read_argument  # noqa: PLC0415  # the same

    read = [evidence_in(read_argument(name)) for name in names]
    answers = [answer for evidence in read for answer in evidence.answers]
    answers.sort(key=lambda answer: answer.evaluations[0].kind is EvaluationKind.AUTHORIZATION_DETAILS)
    return with_documents(answers, [policy for evidence in read for policy in evidence.policies])


def _place_of(answer: Answer, calls: Sequence[Call]) -> int:
    """The position of the one call that an answer is about."""
    from policysim.cloudtrail.evaluation_fit import fit  # noqa: PLC0415  # few calls have any evidence

    fits = [fit(answer, call) for call in calls]
    fitting = [position for position, one in enumerate(fits) if not one.mismatch]
    if not fitting:
        many = len(calls) > 1
        which = (
            f"this fits none of the {len(calls)} calls; of the first one: " if many else "this is about another call: "
        )
        raise InputError(f"{answer.source}: {which}{fits[0].mismatch}")
    best = min(_rank(fits[position]) for position in fitting)
    likeliest = [position for position in fitting if _rank(fits[position]) == best]
    if len(likeliest) > 1:
        several = f"this fits {len(likeliest)} of the calls, and does not tell which"
        raise InputError(f"{answer.source}: {several}: explain them one by one")
    return likeliest[0]


def _rank(one: Fit) -> tuple[bool, float]:
    """The calls that show the evaluated action first, then the one nearest in time."""
    return (not one.named, float("inf") if one.seconds is None else one.seconds)
