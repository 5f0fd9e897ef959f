"""Which layers deny a request whose context is fully known, found slowly and obviously: by taking the others away.

It asks ``decide_slowly`` alone. A layer denies explicitly when the request is still explicitly denied without the Deny
statements of every other layer. A layer lacks an Allow when the request is still denied with every other layer open.
Who grants access, the caller's policies or the resource's, counts as one: ``grants`` (spec E2, E7, M10, M17).
"""

from __future__ import annotations

import copy
from typing import Any

from tests.twins.slow_decision import Document, Layers, Question, as_list, decide_slowly

LIMITS = ("scp_levels", "vpce", "boundary", "session")
GRANTS = "grants"
GROUP = {"identity": GRANTS, "resource": GRANTS}
WORDS = {"scp_levels": "scp", "rcp_levels": "rcp"}


def causes_slowly(question: Question, layers: Layers) -> set[tuple[str, str]]:
    """Every layer that denies, with the kind of its denial; Allows are only missed where no Deny matches."""
    outcome = decide_slowly(question, layers)
    if outcome == "explicit_deny":
        return {
            (WORDS.get(layer, layer), "explicit")
            for layer in layers
            if decide_slowly(question, with_denies_of(layer, layers)) == "explicit_deny"
        }
    if outcome != "implicit_deny":
        return set()
    found = {
        (WORDS.get(layer, layer), "implicit")
        for layer in LIMITS
        if decide_slowly(question, opened(layers, question, but=layer)) != "allowed"
    }
    limits_open = opened({**layers}, question, but=GRANTS)
    return found | ({(GRANTS, "implicit")} if decide_slowly(question, limits_open) != "allowed" else set())


def with_denies_of(layer: str, layers: Layers) -> Layers:
    """The layers, without the Deny statements of all but one."""
    return {name: content if name == layer else without_denies(content) for name, content in layers.items()}


def without_denies(content: Any) -> Any:
    if isinstance(content, list):
        return [without_denies(one) for one in content]
    if content is None:
        return None
    kept = [statement for statement in as_list(content["Statement"]) if statement["Effect"] != "Deny"]
    return {**content, "Statement": kept}


def opened(layers: Layers, question: Question, *, but: str) -> Layers:
    """The layers with everything allowed in all of them but one, by statements that bypass no other layer."""
    found = copy.deepcopy(layers)
    for name in LIMITS:
        if name != but and found[name]:
            found[name] = [[allowing()], *found[name][1:]] if name == "scp_levels" else allowing()
            if name == "scp_levels":
                found[name] = [[*level, allowing()] for level in layers[name]]
    if but != GRANTS:
        found["identity"] = [*found["identity"], allowing()]
        account = question.get("account")
        principal: Any = {"AWS": account} if account else "*"
        own = as_list(found["resource"]["Statement"]) if found["resource"] else []
        trust = question["action"].startswith("sts:")
        statement = {"Effect": "Allow", "Principal": principal, "Action": ["*"]}
        found["resource"] = {"Version": "2012-10-17", "Statement": [*own, statement if trust else open_to(principal)]}
    return found


def open_to(principal: Any) -> Document:
    return {"Effect": "Allow", "Principal": principal, "Action": ["*"], "Resource": ["*"]}


def allowing() -> Document:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["*"], "Resource": ["*"]}],
    }
