"""Laws of explanations: whoever knows less than the truth is not led away from it.

An account lets a call in but for one flaw, or two. AWS's message tells of the first; or tells nothing. Then nothing is
kept from the one who explains, or the flawed layer was not collected, was mended since, or the event does not tell
where the call came from.

- The true cause is listed, and not refuted.
- It comes first, unless AWS's message names no layer and the evidence is lacking.
- What is confirmed denies in truth, and is what AWS's message names.
"""

from __future__ import annotations

from typing import Any, Final

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from policysim.evaluation.decision import Effect
from policysim.explanation import diagnosis
from tests.laws.hidden_truths import (
    ACCOUNT,
    ACROSS,
    FLAWS,
    OTHER,
    Flaw,
    explained,
    flawed,
    message_of,
    sound,
    with_fields,
)

CONFIRMED, REFUTED = diagnosis.Tested.CONFIRMED, diagnosis.Tested.REFUTED
BARE = "Access Denied"
TOLD_BY: Final = {
    "unread": frozenset({"policy-not-collected", "session-policy-unknown"}),
    "mended": frozenset({"policy-changed-since"}),
    "no-address": frozenset({"key-unknown"}),
}
"""What is kept from the one who explains, and the causes that then tell of the flaw."""

Case = tuple[str, tuple[Flaw, ...], str]


@st.composite
def cases(draw: st.DrawFn, flaws: int) -> Case:
    """The owner of the bucket, so many flaws, and what is hidden of the first."""
    owner = draw(st.sampled_from([ACCOUNT, OTHER]))
    one = st.sampled_from(FLAWS if owner == ACCOUNT else ACROSS)
    found = tuple(draw(st.lists(one, min_size=flaws, max_size=flaws, unique_by=lambda flaw: flaw.layer)))
    hidden = draw(st.sampled_from(["nothing", "unread", "mended", "no-address"]))
    assume(hidden != "no-address" or (found[0].by_address and all(flaw.field != "endpoint" for flaw in found)))
    return owner, found, hidden


def said_of(case: Case, *, bare: bool) -> diagnosis.Diagnosis:
    """The explanation of one who does not see what is hidden; AWS names the first flaw, or nothing."""
    owner, flaws, hidden = case
    world, first = flawed(flaws, owner), flaws[0]
    truth = explained(world, BARE).decision
    assert truth is not None
    assert truth.effect in {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}
    assume(truth.layer == first.layer.value)
    told = with_fields(world, mended(first, flaws, owner)) if hidden == "mended" else world
    return explained(
        told,
        BARE if bare else message_of(truth),
        unread=first.field if hidden == "unread" else "",
        address=hidden != "no-address",
    )


def mended(first: Flaw, flaws: tuple[Flaw, ...], owner: str) -> dict[str, Any]:
    return {first.field: getattr(sound(flaws, owner), first.field)}


def tells_of(one: diagnosis.Hypothesis, flaw: Flaw, hidden: str) -> bool:
    """Whether a hypothesis is about a flaw, as far as it can be seen."""
    codes = TOLD_BY.get(hidden, flaw.codes)
    return one.code in codes and (one.layer is flaw.layer or hidden == "mended")


UNREAD_LEVEL: Final = next(flaw for flaw in FLAWS if flaw.field == "unit" and "level-without-allow" in flaw.codes)


@settings(max_examples=120, deadline=None)
@example(case=(ACCOUNT, (UNREAD_LEVEL,), "unread"), bare=False)
@given(cases(1), st.booleans())
def test_m10_m17_the_one_true_cause_is_listed_and_no_other_is_confirmed(case: Case, bare: bool) -> None:
    _, [flaw], hidden = case
    found = said_of(case, bare=bare).hypotheses
    true = [one for one in found if tells_of(one, flaw, hidden)]
    assert true, found
    assert REFUTED not in {one.tested for one in true}
    assert all(one in true for one in found if one.tested is CONFIRMED), found
    if not bare or hidden in {"nothing", "no-address"}:
        assert found[0] in true
    if hidden == "nothing":
        assert found[0].tested is CONFIRMED


@settings(max_examples=120, deadline=None)
@given(cases(2))
def test_m10_of_two_true_causes_the_one_that_aws_names_comes_first_whatever_is_hidden_of_it(case: Case) -> None:
    _, flaws, hidden = case
    found = said_of(case, bare=False).hypotheses
    assert tells_of(found[0], flaws[0], hidden), found
    assert found[0].tested is not REFUTED
    assert all(one.layer is flaws[0].layer for one in found if one.tested is CONFIRMED), found


@settings(max_examples=120, deadline=None)
@given(cases(2))
def test_m10_of_two_true_causes_a_bare_message_lets_only_true_ones_be_confirmed(case: Case) -> None:
    _, flaws, hidden = case
    found = said_of(case, bare=True).hypotheses
    confirmed = [one for one in found if one.tested is CONFIRMED]
    seen = flaws if hidden == "nothing" else flaws[1:]
    assert all(any(tells_of(one, flaw, "nothing") for flaw in seen) for one in confirmed), found
    assert confirmed or any(tells_of(one, flaws[0], hidden) and one.tested is not REFUTED for one in found), found


@settings(max_examples=80, deadline=None)
@given(cases(2), st.booleans())
def test_after_the_repair_of_a_confirmed_cause_nothing_that_is_known_denies(case: Case, bare: bool) -> None:
    for one in said_of(case, bare=bare).hypotheses:
        if one.tested is CONFIRMED and one.code not in TOLD_BY["unread"]:
            outcome = one.test.rpartition("; ")[2]
            assert outcome.endswith(": allowed") or ": open: " in outcome, one
