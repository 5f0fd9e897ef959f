"""Many resources of a log become a few words that a person would write."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policysim.expectations.drafting.usage import FEW, Calls, generalised
from policysim.language.patterns import resource_matches
from policysim.language.request import (
    ABSENT,
    UNKNOWN,
    ContextValue,
    Principal,
    PrincipalKind,
    Request,
    RequestContext,
    Resource,
)

BUCKET = "arn:aws:s3:::orders"


def objects(*keys: str) -> list[str]:
    return [f"{BUCKET}/{key}" for key in keys]


def test_a_few_resources_stay_as_they_are() -> None:
    few = objects("a", "b", "c")
    assert generalised(few) == tuple(few)


def test_objects_under_one_path_become_a_pattern_for_it() -> None:
    assert generalised(objects("new/1", "new/2", "new/3", "new/4")) == (f"{BUCKET}/new/*",)


def test_objects_under_a_few_paths_become_a_pattern_for_each() -> None:
    found = generalised(objects("new/1", "new/2", "old/3", "old/4", "index"))
    assert found == (f"{BUCKET}/index", f"{BUCKET}/new/*", f"{BUCKET}/old/*")


def test_objects_all_over_a_bucket_become_the_bucket_but_never_all_buckets() -> None:
    everywhere = objects("a/1", "b/2", "c/3", "d/4")
    assert generalised(everywhere) == (f"{BUCKET}/*",)
    buckets = [f"arn:aws:s3:::{name}" for name in "abcd"]
    assert generalised(buckets) == tuple(buckets)


def test_many_ids_of_one_type_become_a_pattern_for_the_type() -> None:
    instances = [f"arn:aws:ec2:eu-west-1:111122223333:instance/i-{number}" for number in range(5)]
    assert generalised(instances) == ("arn:aws:ec2:eu-west-1:111122223333:instance/*",)


KEYS = st.lists(st.sampled_from(["a", "b", "c", "1"]), min_size=1, max_size=4).map("/".join)


@given(st.lists(KEYS, min_size=1, max_size=12))
def test_every_resource_is_among_those_that_the_words_stand_for(keys: list[str]) -> None:
    resources = objects(*keys)
    words = generalised(resources)
    assert all(any(resource_matches(word, one).matches for word in words) for one in resources)
    assert len(words) <= max(FEW, len(set(resources)))


def test_keys_that_were_absent_throughout_are_told_from_those_that_were_not() -> None:
    calls = Calls("role/app", "s3:GetObject", None)
    recorded: tuple[dict[str, ContextValue], ...] = (
        {"a": ABSENT, "b": ("1",), "c": ("x",), "d": UNKNOWN},
        {"a": ABSENT, "b": ("2",), "c": ABSENT},
    )
    for values in recorded:
        context = RequestContext().with_values(values)
        principal = Principal(kind=PrincipalKind.ROLE_SESSION)
        resource = Resource(arn=f"{BUCKET}/x")
        calls.add(Request(principal=principal, action="s3:GetObject", resource=resource, context=context), "log:1")
    assert calls.seen == {"a": (), "b": ("1", "2")}
    assert calls.number == 2
