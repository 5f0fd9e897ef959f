"""Where the policies in force are: an account folder, an organisation, a Terraform plan or a template."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.sources.errors import InputError
from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.account.account import Organisation

NO_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

_BASE: Final = "base"
_ORGANIZATION: Final = "organization"
_NONE: Final = "none"


class PolicySource(NamedTuple):
    """Where policies are, and what only a person can tell about them.

    ``account_id`` and ``region`` are for what a plan or template does not say, ``parameters`` are the values of a
    template's parameters. ``base`` is an account folder or organisation that a plan or template changes: what it does
    not speak of stands there. ``standalone`` says that its accounts belong to no organisation.
    """

    path: Path
    account_id: str | None = None
    region: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = NO_PARAMETERS
    base: Path | None = None
    standalone: bool = False


def policy_source(
    path: Path,
    folder: Path,
    *,
    account_id: str | None = None,
    region: str | None = None,
    bindings: Mapping[str, tuple[str, ...]] = NO_PARAMETERS,
) -> PolicySource:
    """A source as ``account PATH as ID in REGION with NAME = WORDS`` gives it; ``base`` is a path from ``folder``.

    ``base`` and ``organization`` (which can only be ``none``) are words of ours, every other name is a parameter.

    Raises:
        InputError: ``base`` is no single path, or ``organization`` is not ``none``.
    """
    parameters = {name: values for name, values in bindings.items() if name not in {_BASE, _ORGANIZATION}}
    base, organization = bindings.get(_BASE), bindings.get(_ORGANIZATION)
    if base is not None and len(base) != 1:
        raise InputError(f"`{_BASE}` is the path of one account folder or organisation")
    if organization is not None and organization != (_NONE,):
        given = ", ".join(organization)
        raise InputError(f"`{_ORGANIZATION} = {given}`: only `{_NONE}` can be said here; give its folder as `{_BASE}`")
    return PolicySource(
        path,
        account_id,
        region,
        parameters,
        base=None if base is None else folder / base[0],
        standalone=organization is not None,
    )


def read_in_force(source: PolicySource) -> Organisation:
    """The accounts, and the organisation around them, that a source describes.

    Raises:
        InputError: nothing at the path, or nothing that is known here, or something that cannot be read.
    """
    return read_organisation(source.path)
