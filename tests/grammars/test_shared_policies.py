"""Every policy of the shared data, written in several styles, through the fast reader and the written grammar."""

from __future__ import annotations

import json
from functools import cache

import pytest

from policysim.language.policy_types import PolicyType
from tests.json_styles import STYLES
from tests.policy_oracle import assert_read_like_the_grammar
from tests.shared_data import needs_shared, rows

SHARDS = 8


@cache
def distinct_policies() -> list[tuple[str, str]]:
    """Every document once, as JSON text, with its type; empty where the data is missing."""
    found = [*rows("data/policies/policies.jsonl.gz"), *rows("data/policies/invalid.jsonl")]
    return sorted({(json.dumps(row["policy"]), row["type"]) for row in found})


@needs_shared
@pytest.mark.parametrize("shard", range(SHARDS))
def test_reader_and_locator_agree_with_the_grammar_on_every_policy(shard: int) -> None:
    styles = sorted(STYLES)
    checked = 0
    for index, (policy, type_) in enumerate(distinct_policies()):
        if index % SHARDS == shard:
            style = STYLES[styles[index % len(styles)]]
            assert_read_like_the_grammar(style(json.loads(policy)), PolicyType(type_), located=10)
            checked += 1
    assert checked > 100
