"""The wildcard rules in their most obvious form: recursion over pattern and text (spec A1 to A3, C15, C30, R7)."""

from __future__ import annotations


def slow_match(pattern: str, text: str) -> bool:
    """``*`` is any run of characters, ``?`` exactly one."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slow_match(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and slow_match(pattern[1:], text[1:])


def slow_action_matches(pattern: str, action: str) -> bool:
    """The prefix is compared as a word, the name as a pattern; neither minds case."""
    if pattern in {"*", "*:*"}:
        return True
    if ":" not in pattern or ":" not in action:
        return False
    (prefix, name), (service, operation) = pattern.lower().split(":", 1), action.lower().split(":", 1)
    return prefix == service and slow_match(name, operation)


def slow_arn_like(pattern: str, text: str) -> bool:
    """Part by part; ``*`` alone is every ARN."""
    if not text.startswith("arn:") or text.count(":") < 5:
        return False
    if pattern and set(pattern) == {"*"}:
        return True
    patterns, parts = pattern.split(":", 5), text.split(":", 5)
    return len(patterns) == 6 and all(slow_match(p, t) for p, t in zip(patterns, parts, strict=True))


def slow_match_across_colons(pattern: str, text: str) -> bool:
    """Like ``slow_arn_like``, but the ``*`` at the end of a part may take colons with it (spec R7)."""
    return _across(pattern, text, part=0)


def _across(pattern: str, text: str, *, part: int) -> bool:
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    free = part == 5
    if head == "*":
        spans = free or not rest or rest[0] == ":"
        longest = len(text) if spans else len(text.split(":", 1)[0])
        return any(_across(rest, text[at:], part=part) for at in range(longest + 1))
    if not text or (head != "?" and head != text[0]) or (head == "?" and text[0] == ":" and not free):
        return False
    return _across(rest, text[1:], part=min(part + (head == ":"), 5))
