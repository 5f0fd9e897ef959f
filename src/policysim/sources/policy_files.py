"""Policy documents in files of their own, and documents that stand in other files as values, strings or paths."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policysim.language.embedding import is_document
from policysim.language.json_text import load_json
from policysim.language.problem_kinds import BROKEN_JSON
from policysim.language.problems import Problem
from policysim.language.reader import parse_policy, read_policy
from policysim.language.source import Location, Span
from policysim.sources.files import read_source, where_it_leads
from policysim.sources.json_values import Json, problem_error

if TYPE_CHECKING:
    from policysim.language.policy import Policy
    from policysim.language.policy_types import PolicyType
    from policysim.language.source import DocumentPath, Source

_WRAPPINGS: Final[tuple[DocumentPath, ...]] = (
    ("PolicyVersion", "Document"),
    ("Policy", "Content"),
    ("Attributes", "Policy"),
    ("PolicyDocument",),
    ("ResourcePolicy",),
    ("Policy",),
    ("policyText",),
)
"""Where the AWS CLI puts a document into what it prints: get-policy-version, describe-policy, get-bucket-policy, ..."""

_EXPLAINED_SIZE: Final = 1 << 17
"""The most characters of a broken document that the grammar is asked about: it is thorough, and slow."""


def read_policy_file(path: Path, type: PolicyType, name: str | None = None) -> Policy:  # noqa: A002  # the reader's word
    """The policy in a file: a document, or what the AWS CLI prints around one.

    A document that is broken is a policy with errors among its problems; only a file that cannot be read is an error.
    """
    return policy_of(read_source(path, name), type)


def refuse_broken(policy: Policy, name: str) -> None:
    """Refuses a policy with errors, which AWS would not take.

    Raises:
        InputError: the first of its errors; where that has no place, ``name`` stands for it.
    """
    broken = next((problem for problem in policy.problems if problem.is_error), None)
    if broken is not None:
        raise problem_error(broken, name)


def policy_of(source: Source, type: PolicyType) -> Policy:  # noqa: A002  # the reader's word
    """The policy that a text holds; where its JSON is broken, the written grammar says what was expected."""
    value = load_json(source)
    if isinstance(value, Problem):
        return replace(parse_policy(source, type), problems=(explained(value, source),))
    found = _unwrapped(value, source)
    return read_policy(found.value, found.location, type)


def document_in(source: Source) -> Json:
    """The document that a text holds, as it is written; the whole text where its JSON is broken."""
    value = load_json(source)
    return Json(source.text, Location(source, ())) if isinstance(value, Problem) else _unwrapped(value, source)


def _unwrapped(value: object, source: Source) -> Json:
    path = _wrapping(value)
    for step in path:
        value = value[step] if isinstance(value, dict) and isinstance(step, str) else value
    return Json(value, Location(source, path))


def _wrapping(value: object) -> DocumentPath:
    if not isinstance(value, dict) or "Statement" in value:
        return ()
    for path in _WRAPPINGS:
        inner: object = value
        for step in path:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if isinstance(inner, dict) or (isinstance(inner, str) and is_document(inner)):
            return path
    return ()


def explained(problem: Problem, source: Source) -> Problem:
    """Why a text is not JSON, in the words of the written grammar where it can tell."""
    if problem.kind is not BROKEN_JSON or len(source.text) > _EXPLAINED_SIZE:
        return problem
    from policysim.grammars.policies import explain_break  # noqa: PLC0415  # Lark loads only when a text is broken

    found = explain_break(source.text)
    return problem if found is None else Problem(BROKEN_JSON, found.sentence, Span(source, found.offset, found.end))


class Documents:
    """Reads the documents of one folder: objects, strings, and paths of files that may not leave ``root``.

    Paths are relative to ``folder``. A file that several places name is read once for each type of policy.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder
        self._root = root
        self._files: dict[tuple[str, PolicyType], Policy] = {}

    def read(self, at: Json, type: PolicyType) -> Policy:  # noqa: A002  # the reader's word
        """The policy that stands at a place, or in the file that is named there."""
        path = file_named(at)
        if path is None:
            return read_policy(at.value, at.location, type)
        if (path, type) not in self._files:
            self._files[path, type] = read_policy_file(self._inside(path, at), type)
        return self._files[path, type]

    def document(self, at: Json) -> Json:
        """The document that stands at a place, or the one in the file that is named there, as it is written."""
        path = file_named(at)
        return at if path is None else document_in(read_source(self._inside(path, at)))

    def _inside(self, text: str, at: Json) -> Path:
        path, root = self._folder / text, self._root.resolve()
        resolved = where_it_leads(path)
        if resolved is None:
            raise at.error(f"`{text}` is no path that leads to a file")
        if Path(text).is_absolute() or not resolved.is_relative_to(root):
            raise at.error(f"`{text}` leads out of the folder `{self._root}`")
        if not path.is_file():
            raise at.error(f"there is no file `{text}` in `{self._folder}`")
        return path


def file_named(at: Json) -> str | None:
    """The path that a document is given by, or ``None`` when the document itself stands there."""
    return at.value if isinstance(at.value, str) and not is_document(at.value) else None
