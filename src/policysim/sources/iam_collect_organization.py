"""The organisation as iam-collect wrote it: ``organizations/ID`` with the tree, the attachments and the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import parse_arn
from policysim.sources.errors import InputError
from policysim.sources.files import json_file
from policysim.sources.json_values import Json, read_json
from policysim.sources.placed_json import placed_list, placed_object, placed_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KINDS: Final = ("scps", "rcps")
_ENABLED: Final = {"scps": "SERVICE_CONTROL_POLICY", "rcps": "RESOURCE_CONTROL_POLICY"}
_METADATA: Final = "metadata"


def read_collected_organization(root: Path) -> tuple[Json | None, Mapping[tuple[str, str], Json]]:
    """``organization.json`` and the documents of its policies; nothing where no organisation was collected.

    Raises:
        InputError: several organisations were.
    """
    places = [path.parent for path in sorted(root.glob(f"organizations/*/{_METADATA}.json"))]
    if not places:
        return None, {}
    if len(places) > 1:
        names = " and ".join(f"`{place.name}`" for place in places[:2])
        raise InputError(f"{root}: expected one organisation, found {names}: keep each in a folder of its own")
    organization = _Organization(places[0])
    return organization.json, organization.documents


class _Organization:
    def __init__(self, place: Path) -> None:
        self._place = place
        self._about = read_json(place / f"{_METADATA}.json")
        self._units = self._file("ous")
        self._members = self._file("accounts")
        self._names: dict[str, Json] = {}
        self.documents: dict[tuple[str, str], Json] = {}
        for kind in _KINDS:
            self._read_policies(kind)
        self.json = self._json()

    def _file(self, stem: str) -> Json | None:
        path = json_file(self._place, stem)
        return None if path is None else read_json(path)

    def _read_policies(self, kind: str) -> None:
        for path in sorted(self._place.glob(f"{kind}/*/{_METADATA}.json")):
            about = read_json(path)
            arn, name = about.required("arn"), about.required("name")
            taken = {one.text() for one in self._names.values()}
            unique = name.text() if name.text() not in taken else arn.text().rpartition("/")[2]
            self._names[arn.text()] = placed_value(unique, name.location)
            document = json_file(path.parent, "policy")
            if document is not None:
                self.documents[kind, unique] = read_json(document)

    def _json(self) -> Json:
        about, structure = self._about, self._file("structure")
        roots = [] if structure is None else list(structure.members())
        features = about.member("features")
        enabled = {
            f"{kind}_enabled": None if features is None else features.member(feature)
            for kind, feature in _ENABLED.items()
        }
        named = {
            name.text(): placed_object({"id": _last(arn, name), "arn": placed_value(arn, name.location)}, name.location)
            for arn, name in sorted(self._names.items())
        }
        members = {
            "organization_id": about.required("id"),
            "management_account_id": about.member("rootAccountId"),
            **enabled,
            "root": self._node(*roots[0]) if roots else None,
            "policies": placed_object(named, about.location),
        }
        return placed_object(members, about.location)

    def _node(self, node_id: str, at: Json) -> Json:
        """A root or unit with what is attached to it, its units and its accounts."""
        children, accounts = at.member("children"), at.member("accounts")
        below = [self._node(*child) for child in (children.members() if children is not None else ())]
        below += [self._leaf(one) for one in (accounts.items() if accounts is not None else ())]
        path = json_file(self._place / "ous" / node_id, _METADATA)
        members = {
            "id": placed_value(node_id, at.location),
            "name": None if path is None else read_json(path).member("name"),
            **self._attached(self._units, node_id),
            "children": placed_list(below, at.location),
        }
        return placed_object(members, at.location)

    def _leaf(self, at: Json) -> Json:
        """An account, which the structure names by its ARN."""
        account_id = at.text("the ARN of an account").rpartition("/")[2]
        told = None if self._members is None else self._members.member(account_id)
        members = {
            "id": placed_value(account_id, at.location),
            "name": None if told is None else told.member("name"),
            **self._attached(self._members, account_id),
        }
        return placed_object(members, at.location)

    def _attached(self, told: Json | None, node_id: str) -> dict[str, Json | None]:
        """The names of the policies of a node; a kind that nobody tells of was not collected."""
        entry = None if told is None else told.member(node_id)
        listed = {kind: None if entry is None else entry.member(kind) for kind in _KINDS}
        return {
            kind: None if at is None else placed_list(map(self._name, at.items()), at.location)
            for kind, at in listed.items()
        }

    def _name(self, at: Json) -> Json:
        """The name of a policy by its ARN; of AWS's own ones the id is ``p-`` and the name."""
        known = self._names.get(at.text("the ARN of a policy"))
        arn = parse_arn(at.text())
        name = at.text().rpartition("/")[2]
        plain = name.removeprefix("p-") if arn is not None and arn.account == "aws" else name
        return placed_value(plain if known is None else known.text(), at.location)


def _last(arn: str, at: Json) -> Json:
    return placed_value(arn.rpartition("/")[2], at.location)
