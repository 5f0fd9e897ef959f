"""One test for each principal, action, resource and account: what ``@pytest.mark.policysim_each`` stands for.

Wildcards of principals and actions mean what they mean in expectation files: every role or user of the accounts at
hand, every action of the catalogue. Resources are handed on as they are, since an assertion takes wildcards.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from policysim.expectations.actions import actions_of
from policysim.expectations.callers import Callers
from policysim.expectations.patterns import is_pattern
from policysim.expectations.sentences import Word
from policysim.language.source import Source, Span
from policysim.sources.errors import InputError
from policysim.sources.in_force import PolicySource
from policysim.testing.session import session_of
from policysim.testing.settings import source_of_item
from policysim.testing.simulator import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from policysim.account.account import Organisation

MARKER: Final = "policysim_each"
SOURCE: Final = "policysim_source"
"""The fixture through which the account of a parameter reaches the other fixtures."""

_NAMES: Final = ("account", "principal", "action", "resource")


class _Wanted(NamedTuple):
    """What the markers of one test name; ``None`` where they do not speak of it."""

    account: tuple[str | os.PathLike[str] | PolicySource, ...] | None
    principal: tuple[str, ...] | None
    action: tuple[str, ...] | None
    resource: tuple[str, ...] | None


def generate(metafunc: pytest.Metafunc) -> None:
    """Parametrises a test; what is wrong with its marker is an error of the collection."""
    trouble = ""
    try:
        wanted = _wanted(metafunc)
        names = [name for name in _NAMES if getattr(wanted, name) is not None]
        rows = list(_rows(wanted, metafunc))
    except InputError as error:
        trouble = str(error)
    if trouble or not rows:  # told out here, where no other exception is at hand
        pytest.fail(trouble or f"`{MARKER}` stands for nothing here", pytrace=False)
    arguments = [SOURCE if name == "account" else name for name in names]
    metafunc.parametrize(
        arguments,
        [tuple(row[name] for name in names) for row in rows],
        indirect=[SOURCE] if SOURCE in arguments else False,
        ids=["-".join(_id(row[name]) for name in names) for row in rows],
    )


def _wanted(metafunc: pytest.Metafunc) -> _Wanted:
    given: dict[str, Any] = {}
    for marker in metafunc.definition.iter_markers(MARKER):  # the nearest comes first
        unknown = [name for name in marker.kwargs if name not in _NAMES]
        if unknown or marker.args:
            said = f"`{unknown[0]}`" if unknown else "a value without a name"
            raise InputError(f"the marker `{MARKER}` takes {', '.join(f'`{one}`' for one in _NAMES)}, not {said}")
        given = {**marker.kwargs, **given}
    if not given:
        raise InputError(f"the marker `{MARKER}` names nothing: give {' or '.join(f'`{one}`' for one in _NAMES)}")
    return _Wanted(*(None if name not in given else _listed(given[name]) for name in _NAMES))


def _listed(given: Any) -> tuple[Any, ...]:  # noqa: ANN401  # what a marker holds
    single = isinstance(given, str | os.PathLike | PolicySource)  # a source is a tuple as well
    return (given,) if single else tuple(given)


def _rows(wanted: _Wanted, metafunc: pytest.Metafunc) -> Iterator[Mapping[str, Any]]:
    actions = (None,) if wanted.action is None else _actions(wanted.action)
    for account, source in _sources(wanted, metafunc):
        principals: Sequence[str | None] = (None,)
        if wanted.principal is not None:
            principals = _principals(wanted.principal, source, metafunc)
        for principal in principals:
            for action in actions:
                for resource in wanted.resource or (None,):
                    yield {"account": account, "principal": principal, "action": action, "resource": resource}


def _sources(wanted: _Wanted, metafunc: pytest.Metafunc) -> Iterator[tuple[PolicySource | None, PolicySource | None]]:
    """Each account asked for, as the parameter and as where to look principals up; once if no account is asked for."""
    if wanted.account is None:
        yield None, source_of_item(metafunc.definition, metafunc.config)
        return
    folder = Path(metafunc.definition.path).parent
    for given in wanted.account:
        source = given if isinstance(given, PolicySource) else PolicySource(folder / given)
        yield source, source


def _principals(words: tuple[str, ...], source: PolicySource | None, metafunc: pytest.Metafunc) -> Sequence[str]:
    """The principals that the words name; only a wildcard needs the accounts to be read."""
    if not any(map(is_pattern, words)):
        return words
    if source is None:
        raise InputError(f"`{MARKER}` needs the policies at hand to find `{next(filter(is_pattern, words))}`")
    organisation: Organisation = session_of(metafunc.config).simulator(source).organisation
    callers, problems = Callers(organisation).of(_words(words))
    if problems:
        raise InputError("; ".join(map(told, problems)))
    return [caller.name for caller in callers]


def _actions(words: tuple[str, ...]) -> Sequence[str]:
    actions, problems = actions_of(tuple(_words(words)))
    if problems:
        raise InputError("; ".join(map(told, problems)))
    return [action.name for action in actions]


def _words(texts: Iterable[str]) -> Iterator[Word]:
    for text in texts:
        yield Word(text, Span(Source(MARKER, text, written_here=True), 0, len(text)))


def _id(value: object) -> str:
    return value.path.name if isinstance(value, PolicySource) else str(value)
