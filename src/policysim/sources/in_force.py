"""Where the policies in force are: an account folder, an organisation, a Terraform plan or a template."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.sources.organization_folder import read_organisation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.account.account import Organisation

NO_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


class PolicySource(NamedTuple):
    """Where policies are, and what only a person can tell about them.

    ``account_id`` and ``region`` are for what a plan or template does not say, ``parameters`` are the values of a
    template's parameters.
    """

    path: Path
    account_id: str | None = None
    region: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = NO_PARAMETERS


def read_in_force(source: PolicySource) -> Organisation:
    """The accounts, and the organisation around them, that a source describes.

    Raises:
        InputError: nothing at the path, or nothing that is known here, or something that cannot be read.
    """
    return read_organisation(source.path)
