"""The cloud assembly that the AWS CDK synthesises (``cdk.out``): its stacks, as the accounts that they make together.

Source: AWS CDK API reference, cloud-assembly-schema (manifest.json, artifacts and asset manifests).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.language.arns import is_account_id
from policysim.sources.cloudformation import organisation_of, read_stacks, refuse_organisation_policies
from policysim.sources.cloudformation_nested import resolver_of, with_nested
from policysim.sources.cloudformation_parts import Parts
from policysim.sources.cloudformation_template import Deployment, check_parameters
from policysim.sources.errors import InputError
from policysim.sources.json_values import Json, read_json
from policysim.sources.template_tree import Mapped, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from policysim.account.account import Organisation
    from policysim.sources.cloudformation_intrinsics import Resolver
    from policysim.sources.cloudformation_template import Resource
    from policysim.sources.in_force import PolicySource
    from policysim.sources.template_values import Value

MANIFEST: Final = "manifest.json"

_STACK: Final = "aws:cloudformation:stack"
_ASSEMBLY: Final = "cdk:cloud-assembly"
_ASSET_PATH: Final = "aws:asset:path"
_ENVIRONMENT: Final = "aws://"
_DEEPEST: Final = 8
"""More stages and nested stacks in one another than anybody builds."""

Exports = dict[tuple[str, str | None], dict[str, "Callable[[], Value]"]]
"""What is exported, by account and region and then by name."""


class _Stack(NamedTuple):
    """One stack of the assembly: its folder, its template's file, and where it goes."""

    folder: Path
    file: str
    name: str
    account_id: str
    region: str | None


def is_cloud_assembly(path: Path) -> bool:
    """Whether a folder is the output of ``cdk synth``."""
    return (path / MANIFEST).is_file() and not (path / "account.json").exists()


def read_cloud_assembly(source: PolicySource, base: Organisation | None = None) -> Organisation:
    """The accounts that the stacks of an assembly make; over those of a base, if there is one.

    Raises:
        InputError: the assembly is broken, or does not say into which account a stack goes.
    """
    stacks = [*_stacks(source.path, source)]
    if not stacks:
        raise InputError(f"{source.path / MANIFEST}: there is no stack in this assembly")
    exports: Exports = {}
    accounts: dict[str, Parts] = {}
    resolvers: list[tuple[Resolver, Parts]] = []
    for stack in stacks:
        place = exports.setdefault((stack.account_id, stack.region), {})
        deployment = Deployment(
            account_id=stack.account_id,
            region=stack.region,
            stack_name=stack.name,
            parameters=source.parameters,
            exports=place,
        )
        file = _inside(stack.folder, stack.file, None)
        resolver = resolver_of(file, stack.folder, deployment, partial(_nested_file, stack.folder))
        refuse_organisation_policies(resolver.template, source)
        place.update(_exported(resolver))
        parts = accounts.setdefault(stack.account_id, Parts(stack.account_id, deployment.partition))
        resolvers.append((resolver, parts))
    check_parameters([one.template for one, _ in resolvers], source.parameters, str(source.path))
    every = [(one, parts) for resolver, parts in resolvers for one in with_nested(resolver)]
    read_stacks(every)
    return organisation_of(accounts, str(source.path), base)


def _stacks(folder: Path, source: PolicySource, depth: int = 0) -> Iterator[_Stack]:
    manifest = read_json(folder / MANIFEST)
    artifacts = manifest.required("artifacts")
    if depth > _DEEPEST:
        raise artifacts.error("the stages of this assembly nest too deep")
    for name, artifact in artifacts.members():
        kind = artifact.optional_text("type")
        properties = artifact.member("properties")
        if kind == _ASSEMBLY and properties is not None:
            inner = properties.required("directoryName")
            yield from _stacks(_inside(folder, inner.text(), inner), source, depth + 1)
        elif kind == _STACK and properties is not None:
            file = properties.required("templateFile")
            _inside(folder, file.text(), file)
            account_id, region = _environment(artifact, name, source)
            yield _Stack(folder, file.text(), properties.optional_text("stackName") or name, account_id, region)


def _environment(artifact: Json, name: str, source: PolicySource) -> tuple[str, str | None]:
    """The account and region of a stack: the assembly says them, unless the stack can go anywhere."""
    written = artifact.optional_text("environment") or ""
    account_id, _, region = written.removeprefix(_ENVIRONMENT).partition("/")
    found = account_id if is_account_id(account_id) else source.account_id
    if found is None:
        raise artifact.error(
            f"the stack `{name}` does not say in which account it is deployed: say it with "
            f'`account "{source.path}" as ACCOUNT_ID in REGION`, or `--account-id ACCOUNT_ID --region REGION`'
        )
    if not is_account_id(found):
        raise InputError(f"`{found}` is no account id: expected 12 digits")
    return found, source.region if region in {"", "unknown-region"} else region


def _inside(folder: Path, name: str, at: Json | None) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        sentence = f"`{name}` leads out of the folder `{folder}`"
        raise InputError(f"{folder}: {sentence}") if at is None else at.error(sentence)
    return path


def _nested_file(folder: Path, resource: Resource) -> Path | None:
    """The template of a nested stack, which the CDK notes beside it."""
    metadata = resource.node.get("Metadata")
    asset = metadata.get(_ASSET_PATH) if isinstance(metadata, Mapped) else None
    return folder / asset.value if isinstance(asset, Scalar) else None


def _exported(resolver: Resolver) -> Iterator[tuple[str, Callable[[], Value]]]:
    """The exports of a stack: the name, and what works out the value."""
    outputs = resolver.template.section("Outputs")
    for name, output in outputs.items() if outputs is not None else ():
        export = output.get("Export") if isinstance(output, Mapped) else None
        exported = resolver.text(export.get("Name")) if isinstance(export, Mapped) else None
        if exported is not None:
            yield exported, partial(resolver.output, name, output)
