"""The hash of a gzip file's content: of any size in bounded memory, and of exactly one whole stream."""

from __future__ import annotations

import gzip
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policysim.sources.digests.unpacking import unpack


@given(st.binary(max_size=2000), st.integers(0, 9))
def test_the_hash_is_that_of_the_content(content: bytes, level: int) -> None:
    told = unpack(gzip.compress(content, level), keep=True)
    assert told == (hashlib.sha256(content).hexdigest(), content, "")


@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 << 20, 5_120_000])
@pytest.mark.parametrize("pattern", [b"\0", bytes(range(256))])
def test_a_content_of_many_pieces(size: int, pattern: bytes) -> None:
    content = (pattern * (size // len(pattern) + 1))[:size]
    told = unpack(gzip.compress(content))
    assert (told.hash, told.content) == (hashlib.sha256(content).hexdigest(), b"")


@pytest.mark.parametrize(("size", "problem"), [(3 << 20, ""), ((3 << 20) + 1, "it unpacks to more than 3 MiB")])
def test_a_small_archive_of_a_great_content(size: int, problem: str) -> None:
    assert unpack(gzip.compress(bytes(size)), limit=3 << 20).problem == problem


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_part_of_a_file_has_no_hash(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content, mtime=0)
    told = unpack(packed[: data.draw(st.integers(0, len(packed) - 1))])
    assert told.hash == ""
    assert told.problem in {"it is no gzip file", "it is a gzip file that was cut off"}


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=20))
def test_bytes_behind_the_end_are_a_problem(content: bytes, behind: bytes) -> None:
    assert unpack(gzip.compress(content) + behind).problem == "there are further bytes behind its gzip stream"
    assert unpack(gzip.compress(content) + gzip.compress(behind)).hash == ""


@given(st.binary(max_size=100))
def test_no_bytes_break_it(data: bytes) -> None:
    told = unpack(data)
    assert bool(told.hash) != bool(told.problem)
