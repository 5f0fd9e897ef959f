"""Aliases of KMS keys: a request that names one is about its key, and a key knows its aliases (spec S22)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from policysim.account.situate import Situation, situate
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy
from policysim.language.policy_types import PolicyType
from policysim.language.request import ABSENT, RequestContext
from policysim.sources.account_folder import read_account
from tests.account_folders import ACCOUNT, KEY, account, allow, organisation, policy, request, write_folder

if TYPE_CHECKING:
    from pathlib import Path

ALIAS = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/app"
SPARE = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/spare"
KEY_POLICY = AttachedPolicy("key", policy(allow("kms:*", Principal="*"), PolicyType.RESOURCE), None, KEY)
OPEN = RequestContext()


def asked(action: str, resource: str, aliases: dict[str, str | None] | None, **more: Any) -> Situation:
    more = {"complete": frozenset({"kms"}), **more}
    owner = account(resource_policies={KEY: KEY_POLICY}, key_aliases=aliases, **more)
    return situate(request(action=action, resource=resource, context=OPEN), organisation(owner))


def test_s22_a_request_that_names_an_alias_is_decided_on_its_key() -> None:
    situation = asked("kms:Decrypt", ALIAS, {ALIAS: KEY})
    met = situation.policies.get(LayerName.RESOURCE)
    assert situation.request.resource.arn == KEY
    assert situation.request.context.get("kms:RequestAlias") == ("alias/app",)
    assert met is not None
    assert ([one.name for one in met.policies], met.gaps) == (["key"], ())


@pytest.mark.parametrize("aliases", [None, {}, {ALIAS: None}])
def test_s22_the_key_of_an_alias_that_stands_for_none_or_was_not_collected_stays_open(
    aliases: dict[str, str | None] | None,
) -> None:
    situation = asked("kms:Decrypt", ALIAS, aliases)
    met = situation.policies.get(LayerName.RESOURCE)
    assert situation.request.resource.arn == ALIAS
    assert met is not None
    assert len(met.gaps) == 1


def test_s22_what_is_done_to_the_alias_itself_stays_on_the_alias() -> None:
    assert asked("kms:DeleteAlias", ALIAS, {ALIAS: KEY}).request.resource.arn == ALIAS


def test_s22_a_key_knows_all_its_aliases() -> None:
    context = asked("kms:Decrypt", KEY, {ALIAS: KEY, SPARE: None}).request.context
    assert context.get("kms:ResourceAliases") == ("alias/app",)


def test_s22_a_key_without_an_alias_has_none() -> None:
    assert asked("kms:Decrypt", KEY, {SPARE: None}).request.context.get("kms:ResourceAliases") is ABSENT


def test_s22_aliases_of_which_some_may_not_be_listed_leave_those_of_a_key_open() -> None:
    context = asked("kms:Decrypt", KEY, {ALIAS: KEY}, complete=frozenset()).request.context
    assert context.get("kms:ResourceAliases") is None


def test_a_folder_holds_the_keys_of_aliases(tmp_path: Path) -> None:
    files = {"account.json": {"account_id": ACCOUNT}, "kms-aliases.json": json.dumps({ALIAS: KEY, SPARE: None})}
    assert dict(read_account(write_folder(tmp_path, files)).key_aliases or {}) == {ALIAS: KEY, SPARE: None}
