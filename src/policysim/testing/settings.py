"""What the options, the ini keys and the marker say, and which of them wins.

The option wins over all, so that one run can hold the same expectations against another folder or against a plan; an
ini key speaks where nothing else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from policysim.catalog.partitions import is_region
from policysim.expectations.checking import LIMIT
from policysim.language.arns import is_account_id
from policysim.sources.in_force import PolicySource

if TYPE_CHECKING:
    from collections.abc import Callable

_KNOWN: Final = ("account", "account_id", "region")
"""What the marker takes."""

NO_ACCOUNT: Final = (
    "nothing says where the policies are: give `--policysim-account DIR`, or set `policysim_account` in the ini file"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options and ini keys of one run, as far as they are given; paths are absolute.

    ``option`` and ``default`` are the account by option and by ini key; of ``account_id`` and ``region`` the first is
    by option, the second by ini key.
    """

    option: Path | None
    default: Path | None
    account_id: tuple[str | None, str | None]
    region: tuple[str | None, str | None]
    limit: int

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """The settings of a run.

        Raises:
            UsageError: one of them cannot be meant.
        """
        option, default = config.getoption("policysim_account"), config.getini("policysim_account")
        return cls(
            option=None if not option else Path(config.invocation_params.dir, option),
            default=None if not default else Path(ini_folder(config), default),
            account_id=_both(config, "account_id", is_account_id, "a 12-digit account id"),
            region=_both(config, "region", is_region, "a Region such as eu-west-1"),
            limit=_limit(config),
        )


def check_settings(config: pytest.Config) -> None:
    """Refuses, before anything is collected, settings that cannot be meant."""
    settings = Settings.of(config)
    for name, path in (("--policysim-account", settings.option), ("policysim_account", settings.default)):
        if path is not None and not path.exists():
            raise pytest.UsageError(f"{name}: there is no such file or folder: `{path}`")


def ini_folder(config: pytest.Config) -> Path:
    """The folder that the paths of ini keys are told from."""
    return config.inipath.parent if config.inipath is not None else config.rootpath


def _named(config: pytest.Config, name: str) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    """A setting as the option and as the ini key give it, each with what it is called."""
    given, default = config.getoption(f"policysim_{name}"), config.getini(f"policysim_{name}")
    return (f"--policysim-{name.replace('_', '-')}", given), (f"policysim_{name}", default or None)


def _both(
    config: pytest.Config, name: str, is_meant: Callable[[str], bool], wanted: str
) -> tuple[str | None, str | None]:
    option, default = _named(config, name)
    for called, text in (option, default):
        if text is not None and not is_meant(text):
            raise pytest.UsageError(f"{called}: `{text}` is not {wanted}")
    return option[1], default[1]


def _limit(config: pytest.Config) -> int:
    limit = LIMIT
    for called, text in reversed(_named(config, "limit")):
        if text is None:
            continue
        if not text.isdecimal() or int(text) < 1:
            raise pytest.UsageError(f"{called}: expected how many requests, such as {LIMIT}, not `{text}`")
        limit = int(text)
    return limit


def source_of_file(own: PolicySource | None, settings: Settings) -> PolicySource | None:
    """Where policies are: the option, what a file or marker says itself, or the ini key."""
    if settings.option is None and own is not None:
        return _with(own, settings)
    path = settings.option or settings.default
    return None if path is None else _with(PolicySource(path), settings)


def source_of_test(request: pytest.FixtureRequest) -> PolicySource:
    """Where the policies of a test are: its parameter, the option, its marker (the nearest), or the ini key."""
    parameter = getattr(request, "param", None)
    if isinstance(parameter, PolicySource):
        return _with(parameter, Settings.of(request.config))
    source = source_of_item(request.node, request.config)
    if source is None:
        pytest.fail(f"{NO_ACCOUNT}, or mark the test `@pytest.mark.policysim(account=DIR)`", pytrace=False)
    return source


def source_of_item(node: pytest.Item, config: pytest.Config) -> PolicySource | None:
    """Where the policies of a test are that has no parameter for them; ``None`` where nothing tells."""
    return source_of_file(marked_source(node), Settings.of(config))


def marked_source(node: pytest.Item) -> PolicySource | None:
    """What the nearest ``policysim`` marker of a test says; paths are told from the folder of the test's file."""
    marker = node.get_closest_marker("policysim")
    if marker is None:
        return None
    unknown = [name for name in marker.kwargs if name not in _KNOWN]
    if unknown or marker.args:
        said = f"`{unknown[0]}`" if unknown else "a value without a name"
        pytest.fail(
            f"the marker `policysim` takes {', '.join(f'`{one}`' for one in _KNOWN)}, not {said}", pytrace=False
        )
    values = marker.kwargs
    if "account" not in values:
        pytest.fail("the marker `policysim` needs `account`: where the policies are", pytrace=False)
    return PolicySource(Path(node.path.parent, values["account"]), values.get("account_id"), values.get("region"))


def _with(source: PolicySource, settings: Settings) -> PolicySource:
    """A source with what the run says of its account and Region: an option before what it says itself."""
    (account_id, usual_id), (region, usual_region) = settings.account_id, settings.region
    return source._replace(
        account_id=account_id or source.account_id or usual_id, region=region or source.region or usual_region
    )
