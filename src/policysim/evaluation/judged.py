"""One request asked again and again under policies that differ in a layer or two: the others are judged once.

The verdicts are those of ``judge``; what is kept is a matter of speed alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.verdicts import judge

if TYPE_CHECKING:
    from policysim.evaluation.layers import LayerName
    from policysim.evaluation.matching import Question
    from policysim.evaluation.policy_set import LayerPolicies, PolicySet
    from policysim.evaluation.services.deviation import Deviation
    from policysim.evaluation.verdicts import LayerVerdict
    from policysim.language.request import Request

_KEPT: Final = 8
"""As many contents of one layer are remembered: those of a trial come again at once or not at all."""


class Judged:
    """The verdicts on one request, by what the layers hold.

    It serves requests that are the very same object, with the context as it stands; any other is judged anew.
    """

    __slots__ = ("_request", "_verdicts")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._verdicts: dict[tuple[object, ...], list[tuple[LayerPolicies | None, LayerVerdict]]] = {}

    def judge(self, name: LayerName, policies: PolicySet, question: Question, deviation: Deviation) -> LayerVerdict:
        """The verdict of a layer, see ``verdicts.judge``."""
        if question.request is not self._request:
            return judge(name, policies, question, deviation)
        content = policies.get(name)
        # All that a verdict hangs on beside the request, which brings its look-up along, and the facts of the run.
        asked = (name, question.target, question.circumstances, question.switches, question.everything)
        known = self._verdicts.setdefault(asked, [])
        for held, verdict in known:
            if held is content or held == content:
                return verdict
        verdict = judge(name, policies, question, deviation)
        if len(known) < _KEPT:
            known.append((content, verdict))
        return verdict
