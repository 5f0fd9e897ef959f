from __future__ import annotations

import pytest

from policysim.account.on_demand import OnDemand, Reader


def test_nothing_is_read_before_it_is_asked_for_and_nothing_twice() -> None:
    read: list[str] = []

    def value(name: str) -> str:
        read.append(name)
        return name.upper()

    def index() -> dict[str, Reader[str]]:
        read.append("index")
        return {"a": lambda: value("a"), "b": lambda: value("b")}

    mapping = OnDemand(index)
    assert read == []
    assert "a" in mapping
    assert list(mapping) == ["a", "b"]
    assert len(mapping) == 2
    assert read == ["index"]
    assert (mapping["a"], mapping["a"], mapping.get("c")) == ("A", "A", None)
    assert read == ["index", "a"]


def test_what_a_reader_raises_is_passed_on_each_time() -> None:
    def broken() -> str:
        raise ValueError("broken")

    mapping = OnDemand(lambda: {"a": broken})
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            _ = mapping["a"]
