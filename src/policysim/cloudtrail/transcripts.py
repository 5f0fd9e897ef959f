"""The denials in text that was copied from a terminal, a log or a ticket: several, wrapped in the words of any tool.

A message begins where one of the forms of the grammar begins, or behind the words with which a tool announces an error
of AWS. It ends before the next one begins. Equal denials are told once; all else is noise.
Source: spec M1 to M15; ``tool_texts`` names the tools.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.cloudtrail.causes import places_of_causes
from policysim.cloudtrail.denial import Denial
from policysim.cloudtrail.error_codes import look_alike, names_denial
from policysim.cloudtrail.messages import LONGEST_READ, read_denial
from policysim.cloudtrail.terminal_text import plain_text
from policysim.cloudtrail.tool_texts import ToolWords, heads, service_of_command, trailer
from policysim.cloudtrail.unwrapping import read_wrapped
from policysim.grammars.denials import openings

if TYPE_CHECKING:
    from collections.abc import Iterator


class Transcript(NamedTuple):
    """What a text holds: its denials, each once, and the errors of AWS that are no denials, a sentence each."""

    denials: tuple[Denial, ...]
    other_errors: tuple[str, ...]


class _Piece(NamedTuple):
    """A stretch of the text with at most one message; ``form`` is where it begins, ``None`` when no form is known."""

    words: ToolWords
    form: int | None
    end: int


_FORBIDDEN: Final = "403"
"""The status that stands in place of an error code where an answer has no body, as for HeadObject."""

_NEAR: Final = 400
"""How far behind the words of a tool the message may begin: between them stand ids of the request."""


def denials_in(text: str) -> Transcript:
    """The denials and the other errors of AWS that a text holds. Never raises."""
    plain = plain_text(text)
    denials: list[Denial] = []
    others: list[str] = []
    for piece in _pieces(plain):
        denial = _read(piece, plain)
        if denial is not None:
            denials.append(denial)
        elif piece.words.code is not None and (said := _other_error(piece.words)) is not None:
            others.append(said)
    denials = [*_roles_not_assumed(plain, denials), *denials]
    return Transcript(_each_once(denials or list(_by_cause_alone(plain))), tuple(dict.fromkeys(others)))


_GONE_ON_WITHOUT: Final = re.compile(
    r"current credentials could not be used to assume '(arn:[a-z-]+:iam::\d{12}:role/[^'\s]+)', but are for the right"
    r" account"
)
"""The words with which the AWS CDK goes on with the caller's own permissions, which are not meant to do its work.

Source: AWS CDK Developer Guide, bootstrapping-env: the CLI works with the roles that bootstrapping has made.
"""


def _roles_not_assumed(plain: str, refused_later: list[Denial]) -> Iterator[Denial]:
    """The roles that the AWS CDK could not assume, where what was refused after that names one caller alone."""
    callers = {denial.principal for denial in refused_later}
    caller = callers.pop() if len(callers) == 1 else None
    for found in _GONE_ON_WITHOUT.finditer(plain) if caller is not None else ():
        yield Denial(
            raw=found[0], recognised=True, principal=caller, action="sts:AssumeRole", resource=found[1], service="sts"
        )


def _by_cause_alone(plain: str) -> Iterator[Denial]:
    """The refusals that no words of a tool announce, and that only the phrase of their cause tells."""
    read_to = -1
    for place in sorted(set(places_of_causes(plain))):
        if place >= read_to:
            start = _line_start(plain, place)
            line = plain[start : place + _LONGEST_CAUSE].partition("\n")[0]
            read_to = start + len(line)
            yield read_denial(line.strip())


_LONGEST_CAUSE: Final = 2000
"""How far behind the phrase of a cause its line is read: a line of a log may be all of the text."""

_LONGEST_LINE: Final = 1000
"""How far back the start of a line is looked for: no terminal is wider, and a line of a log may be all of the text."""


def _line_start(plain: str, place: int) -> int:
    earliest = max(0, place - _LONGEST_LINE)
    return max(plain.rfind("\n", earliest, place) + 1, earliest)


def _pieces(plain: str) -> Iterator[_Piece]:
    """The stretches of a text, each from where a tool or a message begins to where the next one does."""
    current: tuple[ToolWords, int | None] | None = None
    following: tuple[ToolWords, int | None]
    for mark in _marks(plain):
        if isinstance(mark, int):
            if current is not None and current[1] is None and mark - current[0].end <= _NEAR:
                current = (current[0], mark)
                continue
            following = (ToolWords(mark, mark), mark)
        elif current is not None and current[1] is None and _is_one(current[0], mark, plain):
            current = (_joined(current[0], mark), None)
            continue
        else:
            following = (mark, None)
        if current is not None:
            yield _Piece(*current, following[0].start)
        current = following
    if current is not None:
        yield _Piece(*current, len(plain))


def _marks(plain: str) -> Iterator[ToolWords | int]:
    """The words of tools, and the places where messages begin, in the order of the text."""
    marks: list[tuple[int, int, ToolWords | int]] = [(head.start, 0, head) for head in heads(plain)]
    refused_until = earlier = None
    for found in openings(plain):
        if earlier is not None and _is_in_quotes(plain, earlier, found.start):
            continue
        earlier = found.start
        refuses = found.terminal == "OPERATION_REFUSED"
        if refuses or refused_until is None or plain[refused_until : found.start].strip(" \t\n."):
            marks.append((found.start, 1, found.start))
        # EC2 puts a sentence of its own before the common one: they are one message.
        refused_until = found.end if refuses else None
    marks.extend((found.start(), 1, found.start()) for found in _BROKEN_OPENING.finditer(plain))
    ends = taken = -1
    for start, _, mark in sorted(marks, key=lambda one: one[:2]):
        if isinstance(mark, ToolWords):
            if start < ends:
                continue
            ends = mark.end
        elif start == taken or start < ends:
            continue
        else:
            taken = start
        yield mark


def _is_in_quotes(plain: str, earlier: int, start: int) -> bool:
    """Whether a message would begin inside the quoted resource of the earlier one: then it is part of that name."""
    if start - earlier > _LONGEST_QUOTED:
        return False
    quoted = _QUOTED_RESOURCE.search(plain, earlier, start)
    return quoted is not None and _CLOSING[quoted[1]].search(plain, quoted.end(), start + 1) is None


_LONGEST_QUOTED: Final = 4000
"""How far behind a message the quoted name of its resource may reach: 1 KB, more where it is escaped."""

_QUOTED_RESOURCE: Final = re.compile(r"\bon\s+resource(?:\s*:)?\s*(?:\\*(\"|&quot;|&#34;))")
_CLOSING: Final = {
    mark: re.compile(
        rf"{mark}(?:\s+because\s|\s+with\s+an\s+explicit\s+deny|\.?\s*(?:$|[\n<`,;)}}\]]|\((?:Service|Status|Request)|\\n))"
    )
    for mark in ('"', "&quot;", "&#34;")
}

_BROKEN_OPENING: Final = re.compile(
    r"User:(?<![A-Za-z]User:)(?!\s+\S+\s+is\s+not\s+authorized)(?=(?:(?!User:)[^\n]){0,300}\n[^\n]{0,300}authorized)"
)
"""Where a message may begin whose first words a terminal has broken."""


def _is_one(first: ToolWords, second: ToolWords, plain: str) -> bool:
    """Whether two announcements are about one error: the second follows at once, or says the code that was missing."""
    if first.code is None:
        return second.start - first.end <= _NEAR
    return second.start - first.end <= _NEAR // 2 and "\n" not in plain[first.end : second.start].strip()


def _joined(first: ToolWords, second: ToolWords) -> ToolWords:
    known = next((code for code in (second.code, first.code) if code and _tells(code)), second.code or first.code)
    return ToolWords(
        first.start, second.end, known, second.operation or first.operation, second.service or first.service
    )


def _tells(code: str) -> bool:
    return code == _FORBIDDEN or names_denial(code) or look_alike(code) is not None


def _read(piece: _Piece, plain: str) -> Denial | None:
    """The denial of a piece, with what its tool says of the call; ``None`` when nothing in it is one."""
    words = piece.words
    start = piece.form if piece.form is not None else words.end
    behind = plain[start : min(piece.end, start + LONGEST_READ)]
    after = trailer(behind)
    code = next((one for one in (words.code, after.code) if one is not None and _tells(one)), words.code)
    denied = code is not None and (code == _FORBIDDEN or names_denial(code))
    denial = read_wrapped(behind, start - _line_start(plain, start))
    if not denial.recognised and not (piece.form is not None and denial.action):
        denial = read_denial(_sentence(behind, quoted=plain[start - 1 : start] == '"'), code)
    if not (denial.recognised or denial.action or (denied and any(map(str.isalpha, denial.raw)))):
        return None
    if denial.layer is None and code is not None:
        denial = replace(denial, layer=read_denial("", code).layer)
    service = words.service or after.service or denial.service
    if service is None and words.operation is not None:
        service = service_of_command(plain[max(0, words.start - _COMMAND_REACH) : words.start], words.operation)
    return replace(denial, operation=words.operation or denial.operation, service=service)


_COMMAND_REACH: Final = 4000
"""How far before an error the command that it belongs to is looked for."""

_JSON_MESSAGE: Final = re.compile(r"[\s,]*\"[Mm]essage\"\s*:\s*\"")
_JSON_TEXT: Final = re.compile(r"(?:[^\"\\\n]|\\.)*")


def _sentence(text: str, *, quoted: bool) -> str:
    """The sentence behind the words of a tool: the rest of the line, or the next line where nothing is left of it."""
    named = _JSON_MESSAGE.match(text)
    if (named is not None or quoted) and (said := _JSON_TEXT.match(text, named.end() if named is not None else 0)):
        return said[0].strip()
    first, _, rest = text.lstrip(" \t").partition("\n")
    line = first.strip() or rest.lstrip().partition("\n")[0]
    return line.partition("</Message>")[0].strip()


def _other_error(words: ToolWords) -> str | None:
    """What an error that is no denial says, in a sentence."""
    similar = look_alike(words.code or "")
    what = f"`{words.operation}` failed with `{words.code}`" if words.operation else f"`{words.code}`"
    if similar is not None:
        return f"{what}: {similar.sentence}"
    return f"{what}, which is no authorization failure" if words.operation else None


def _each_once(denials: list[Denial]) -> tuple[Denial, ...]:
    """Each denial once; of two that differ only in what their tools say of the call, the one that says more."""
    unique: dict[Denial, Denial] = {}
    for denial in denials:
        same = replace(denial, raw="", operation=None, service=None, cut=False)
        if not denial.recognised or (denial.action is None and denial.principal is None):
            same = replace(same, raw=_SPACE.sub(" ", denial.raw), operation=denial.operation)
        known = unique.get(same)
        if known is None or (known.operation is None and denial.operation is not None):
            unique[same] = denial
    return tuple(unique.values())


_SPACE: Final = re.compile(r"\s+")
