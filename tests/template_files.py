"""Templates for tests: read from a text, and asked about as an account folder is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policysim.account.situate import situate
from policysim.catalog.facts import Catalogue
from policysim.evaluation.decide import decide
from policysim.language.request import Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.sources.cloudformation import read_template
from policysim.sources.in_force import PolicySource

if TYPE_CHECKING:
    from policysim.account.account import Account, Organisation
    from policysim.evaluation.decision import Decision

ACCOUNT = "111122223333"
REGION = "eu-west-1"
TEMPLATES = Path(__file__).parent / "sources" / "cloudformation"


def from_text(text: str, folder: Path, *, name: str = "template.yaml", **parameters: str) -> Account:
    """The account that a template makes, in a fixed account and region."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    given = {key.replace("__", "::"): (value,) for key, value in parameters.items()}
    return read_template(PolicySource(path, ACCOUNT, REGION, given)).accounts[ACCOUNT]


def from_resources(resources: str, folder: Path, **parameters: str) -> Account:
    """The account that resources make; ``resources`` is the YAML below ``Resources``."""
    indented = "".join(f"  {line}\n" if line else "\n" for line in resources.split("\n"))
    head = "".join(f"  {name}: {{Type: String}}\n" for name in parameters if "__" not in name)
    section = f"Parameters:\n{head}" if head else ""
    return from_text(f"{section}Resources:\n{indented}", folder, **parameters)


def session_of(role_arn: str) -> Principal:
    """A session of a role."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/s1"
    return Principal(kind=PrincipalKind.ROLE_SESSION, arn=arn, account=account, entity_arn=role_arn)


def asked(
    organisation: Organisation, principal: Principal, action: str, resource: str, **context: tuple[str, ...]
) -> Decision:
    """The decision on a request of which no more is said than ``context``."""
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    request = Request(
        principal=principal,
        action=action,
        resource=Resource(arn=resource),
        context=RequestContext(keys, complete=True),
    )
    situation = situate(request, organisation)
    return decide(situation.request, situation.policies, Catalogue())
