"""The words for layers that a reader of one service knows: a role trust policy, a key policy.

AWS counts both among the resource-based policies; its own messages call the first by its name.
Source: IAM User Guide, reference_policies_identity-vs-resource; spec M9, M14, S1, S19.
"""

from __future__ import annotations

from typing import Final

from policysim.evaluation.layers import LAYER, LayerName

_RESOURCE_POLICY_OF_SERVICE: Final[dict[str, str]] = {"kms": "key policy", "sts": "role trust policy"}


def layer_title(layer: LayerName, action: str) -> str:
    """The name of a layer where ``action`` is asked for."""
    own = _RESOURCE_POLICY_OF_SERVICE.get(action.partition(":")[0].lower()) if layer is LayerName.RESOURCE else None
    return own or LAYER[layer].title


def layer_named(word: str, action: str) -> str | None:
    """The name of the layer that a report gives as ``word``; ``None`` where that is no layer."""
    layer = next((name for name in LayerName if name.value == word), None)
    return layer_title(layer, action) if layer is not None else None


def with_article(noun: str) -> str:
    """The noun with ``a`` or ``an`` before it."""
    return f"{'an' if noun[:1] in tuple('aeiou') else 'a'} {noun}"
