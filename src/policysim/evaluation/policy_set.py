"""The policies that apply to one request, layer by layer, and the gaps: what nobody collected.

A layer that is there without policies and a layer that nobody collected are different things, and stay so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policysim.evaluation.layers import LayerName
    from policysim.language.policy import Policy, Unresolved
    from policysim.language.problems import Problem


class Gap(NamedTuple):
    """Something that the decision would need and that nobody collected, or that cannot be read.

    ``code`` tells what kind of gap it is: ``policy-broken`` for a document with errors, for all others the codes of
    ``account``. ``command`` is the AWS CLI call that fetches it, where there is one. ``may_deny`` is false for what
    could only have granted access (such as grants of a key), ``may_allow`` for what can only deny. ``about`` holds
    statements that match every request which the missing part can match: other requests do not meet the gap.
    """

    code: str
    sentence: str
    command: str = ""
    problems: tuple[Problem, ...] = ()
    may_deny: bool = True
    may_allow: bool = True
    about: AttachedPolicy | None = None


class AttachedPolicy(NamedTuple):
    """A document in force: its name, its ARN where it has one, and the ARN of what it is attached to.

    ``editable`` is false for documents that nobody but AWS can change.
    """

    name: str
    policy: Policy
    arn: str | None = None
    attached_to: str | None = None
    editable: bool = True


class Level(NamedTuple):
    """One level of a layer: a node of the organisation, or the one level of any other layer."""

    node: str
    policies: tuple[AttachedPolicy, ...]
    gaps: tuple[Gap, ...] = ()


class LayerPolicies(NamedTuple):
    """The levels of a layer that is present (``Level`` order: from the root down)."""

    levels: tuple[Level, ...]

    @property
    def policies(self) -> tuple[AttachedPolicy, ...]:
        """All documents of the layer, in order."""
        return tuple(policy for level in self.levels for policy in level.policies)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All gaps of the layer, in order."""
        return tuple(gap for level in self.levels for gap in level.gaps)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies that apply to one request.

    A layer that is missing from ``layers`` is not present (spec E5): no boundary, no session policy, no SCPs.
    """

    layers: Mapping[LayerName, LayerPolicies] = field(default_factory=dict)

    def get(self, name: LayerName) -> LayerPolicies | None:
        """The policies of a layer, or ``None`` when it is not present."""
        return self.layers.get(name)

    def with_layer(self, name: LayerName, layer: LayerPolicies | None) -> PolicySet:
        """A copy with one layer replaced, or taken out."""
        layers = {other: value for other, value in self.layers.items() if other is not name}
        if layer is not None:
            layers[name] = layer
        return replace(self, layers=layers)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap, in layer order."""
        return tuple(gap for layer in self.layers.values() for gap in layer.gaps)


def one_level(node: str, policies: Iterable[AttachedPolicy], gaps: Iterable[Gap] = ()) -> LayerPolicies:
    """A layer of one level. Documents with errors become gaps: they never take part silently."""
    return LayerPolicies((level(node, policies, gaps),))


def level(node: str, policies: Iterable[AttachedPolicy], gaps: Iterable[Gap] = ()) -> Level:
    """A level whose broken documents are gaps, and so is what is not known of the others."""
    usable: list[AttachedPolicy] = []
    found = list(gaps)
    for attached in policies:
        if attached.policy.usable:
            usable.append(attached)
            found.extend(_unresolved(attached, part) for part in attached.policy.unresolved)
        else:
            errors = tuple(problem for problem in attached.policy.problems if problem.is_error)
            found.append(Gap("policy-broken", f"`{attached.name}` has errors and was left out", problems=errors))
    return Level(node, tuple(usable), tuple(found))


UNRESOLVED_CODE: Final = "unresolved"


def _unresolved(attached: AttachedPolicy, part: Unresolved) -> Gap:
    about = None
    if part.widened is not None:
        about = attached._replace(policy=replace(attached.policy, statements=(part.widened,), unresolved=()))
    return Gap(UNRESOLVED_CODE, part.sentence, may_deny=part.may_deny, may_allow=part.may_allow, about=about)
