"""Where the policies in force are: an account folder, another collector's files, a Terraform plan or a template."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.source import BYTE_ORDER_MARK
from policysim.sources.errors import InputError
from policysim.sources.files import read_source, unreadable
from policysim.sources.interchange import given_in_file, given_in_folder, is_account_folder, not_known
from policysim.sources.json_values import json_of
from policysim.sources.organization_folder import read_organisation
from policysim.sources.terraform_plan import is_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from policysim.account.account import Organisation
    from policysim.sources.given_folder import GivenFolder

NO_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

BASE: Final = "base"
ORGANIZATION: Final = "organization"
NO_ORGANIZATION: Final = "none"
"""The words behind ``account PATH with`` that are no parameters of a template."""

_ARCHIVE: Final = b"PK"
_ACCOUNT: Final = "account.json"
_ASSEMBLY: Final = "manifest.json"
_PLAN_MEMBER: Final = "terraform_version"
_BEFORE_JSON: Final = f"{BYTE_ORDER_MARK} \t\r\n"
_STATE_MEMBERS: Final = frozenset({_PLAN_MEMBER, "lineage", "serial"})
"""What the file that Terraform keeps of a state holds; its form is its own, and not documented."""


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

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells one source from another: where its paths lead, and all that is said beside; it can be hashed."""
        base = None if self.base is None else self.base.resolve()
        told = (self.account_id, self.region, tuple(sorted(self.parameters.items())), self.standalone)
        return (self.path.resolve(), base, *told)


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
    parameters = {name: values for name, values in bindings.items() if name not in {BASE, ORGANIZATION}}
    base, organization = bindings.get(BASE), bindings.get(ORGANIZATION)
    if base is not None and len(base) != 1:
        raise InputError(f"`{BASE}` is the path of one account folder or organisation")
    if organization is not None and organization != (NO_ORGANIZATION,):
        given = ", ".join(organization)
        raise InputError(
            f"`{ORGANIZATION} = {given}`: only `{NO_ORGANIZATION}` can be said here; give its folder as `{BASE}`"
        )
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
    found = _read_folder(source) if source.path.is_dir() else _read_file(source)
    if not source.standalone:
        return found
    return replace(found, id=None, management_account=None, root=None, standalone=True)


def _read_folder(source: PolicySource) -> Organisation:
    if (source.path / _ASSEMBLY).is_file():
        from policysim.sources.cdk import is_cloud_assembly, read_cloud_assembly  # noqa: PLC0415  # most need none of it

        if is_cloud_assembly(source.path):
            return read_cloud_assembly(source, _base(source))
    if source.base is not None:
        raise InputError(f"{source.path}: a base stands below a plan or a template, not below an account folder")
    if not (source.path / _ACCOUNT).exists() and any(source.path.glob("*.tf")):
        raise InputError(f"{source.path}: this is a configuration: give what `terraform show -json` prints of a plan")
    given = None if is_account_folder(source.path) else given_in_folder(source.path)
    return read_organisation(source.path) if given is None else _of_given(given)


def _read_file(source: PolicySource) -> Organisation:
    path = source.path
    if _begins_with(path, _ARCHIVE):
        raise InputError(f"{path}: this is a saved plan or an archive: give what `terraform show -json` prints of it")
    text = read_source(path)
    if _PLAN_MEMBER in text.text and text.text.lstrip(_BEFORE_JSON).startswith("{"):
        whole = json_of(text)
        if is_plan(whole.value):
            from policysim.sources.terraform import read_plan  # noqa: PLC0415  # nothing of it is needed otherwise

            return read_plan(source, whole, _base(source))
        if isinstance(whole.value, dict) and whole.value.keys() >= _STATE_MEMBERS:
            raise InputError(f"{path}: this is the file of a state: give what `terraform show -json` prints of it")
    from policysim.sources.cloudformation import is_template, read_template  # noqa: PLC0415  # the same

    if is_template(path):
        return read_template(source, _base(source))
    given = given_in_file(text, source.account_id)
    if given is None:
        raise not_known(path)
    if source.base is not None:
        raise InputError(f"{path}: a base stands below a plan or a template, not below what was collected")
    return _of_given(given)


def _of_given(given: GivenFolder) -> Organisation:
    from policysim.sources.given_folder import organisation_of_given  # noqa: PLC0415  # most sources need none of it

    return organisation_of_given(given)


def _base(source: PolicySource) -> Organisation | None:
    return None if source.base is None else read_organisation(source.base)


def _begins_with(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(mark)) == mark
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise unreadable(error, str(path)) from None
