"""One file with what ``aws iam get-account-authorization-details`` prints, in the place of an account folder.

The pages of the answer may stand in a list, as a program that asks for them page after page writes them. The account is
the one that the ARNs name; everything but its identities was not collected. Source: IAM API reference,
GetAccountAuthorizationDetails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.language.arns import is_account_id, parse_arn
from policysim.sources.given_folder import ACCOUNT, DETAILS, GivenAccount, GivenFolder
from policysim.sources.placed_json import placed_object, placed_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policysim.language.arns import Arn
    from policysim.sources.json_values import Json

LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def is_authorization_details(whole: Json) -> bool:
    """Whether a JSON value is the answer, or a list of its pages."""
    pages = list(whole.items()) if isinstance(whole.value, list) else [whole]
    return bool(pages) and all(_is_page(page.value) for page in pages)


def read_authorization_file(whole: Json, account_id: str | None) -> GivenFolder:
    """The one account of the file; ``account_id`` is for details that name none.

    Raises:
        InputError: it describes several accounts, or none and ``account_id`` is missing, or is another.
    """
    pages = list(whole.items()) if isinstance(whole.value, list) else [whole]
    _refuse_cut(pages)
    found = {arn.account: (arn.partition, at) for page in pages for arn, at in _owned(page)}
    if account_id is not None and found and set(found) != {account_id}:
        at = next(at for other, (_, at) in found.items() if other != account_id)
        raise at.error(f"this is not of account `{account_id}`")
    if len(found) > 1:
        raise list(found.values())[1][1].error(f"expected one account, found {' and '.join(sorted(found)[:2])}")
    if account_id is None and not found:
        raise whole.error("nothing here tells the account: say it with `--account-id`")
    owner = account_id or next(iter(found))
    partition = found[owner][0] if owner in found else "aws"
    about = {"account_id": placed_value(owner, whole.location), "partition": placed_value(partition, whole.location)}
    parts = {ACCOUNT: placed_object(about, whole.location)}
    parts |= {DETAILS: pages[0]} if len(pages) == 1 else {f"{DETAILS}/{at:04}": one for at, one in enumerate(pages)}
    return GivenFolder({owner: GivenAccount(owner, whole.location.source.name, parts)}, alone=True)


def _refuse_cut(pages: list[Json]) -> None:
    """Refuses an answer that was cut: whoever stands on the pages that are missing would pass for not there."""
    following = [page for page in pages if _is_true(page, "IsTruncated") or page.optional_text("NextToken")]
    if len(following) == len(pages):
        raise following[-1].error(
            "more pages follow this one: give all of them, in one list or as the AWS CLI joins them"
        )


def _is_true(page: Json, name: str) -> bool:
    found = page.member(name)
    return found is not None and found.value is True


def _is_page(value: object) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in LISTS)


def _owned(page: Json) -> Iterator[tuple[Arn, Json]]:
    """The ARNs of everything that belongs to the account, AWS managed policies aside."""
    for name in LISTS:
        for entry in page.optional_items(name):
            at = entry.required("Arn")
            arn = parse_arn(at.text())
            if arn is not None and is_account_id(arn.account):
                yield arn, at
