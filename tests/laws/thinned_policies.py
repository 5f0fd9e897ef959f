"""The policies of a request without some of their statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from policysim.coverage.places import statement_key
from policysim.evaluation.policy_set import LayerPolicies, PolicySet

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def without(policies: PolicySet, keys: AbstractSet[str]) -> PolicySet:
    """The policies without some of their statements."""

    def thinned(layer: LayerPolicies) -> LayerPolicies:
        levels = (
            level._replace(
                policies=tuple(
                    one._replace(
                        policy=replace(
                            one.policy,
                            statements=tuple(s for s in one.policy.statements if statement_key(s) not in keys),
                        )
                    )
                    for one in level.policies
                )
            )
            for level in layer.levels
        )
        return LayerPolicies(tuple(levels))

    return PolicySet({name: thinned(layer) for name, layer in policies.layers.items()})
