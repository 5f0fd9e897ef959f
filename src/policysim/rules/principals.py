"""Principals: whom a `Principal` or `NotPrincipal` element reaches (P1 to P25)."""

from __future__ import annotations

from typing import Final

from policysim.rules.rule import Rule

PRINCIPALS: Final = (
    Rule(
        "P1",
        "Only some policy types have a principal element. Resource, trust and endpoint policies have one, RCPs "
        "only `*`; in identity, boundary, session policies and SCPs it is an error.",
        "The reader refuses it as `principal-not-allowed`; such a document takes part in no decision.",
        ("princ", "gram", "scpsyn"),
    ),
    Rule(
        "P2",
        "A principal is `*` or a map of kinds to names. The kinds are AWS, Service, Federated and CanonicalUser; "
        "the names are alternatives.",
        "Each entry is tried; the strongest grant counts. Other forms are refused as `wrong-principal`.",
        ("gram", "princ"),
    ),
    Rule(
        "P3",
        "An account id and the account's root ARN are the same principal. Both stand for the whole account, not "
        "for the root user alone.",
        "Both cover every user, role session, federated user and the root user of the account.",
        ("princ",),
    ),
    Rule(
        "P4",
        "A wildcard inside a principal never matches. Only `*` by itself is a wildcard.",
        "The entry covers nobody, the reader notes `partial-wildcard`, and a near miss says so.",
        ("princ",),
    ),
    Rule(
        "P5",
        '`*` and `{"AWS": "*"}` mean the same, anonymous callers included.',
        'Both cover everybody, with one exception: `{"AWS": "*"}` does not cover callers that sign in through a '
        "web identity or SAML provider, and then the answer carries a caveat.",
        ("princ",),
        doubt=(
            'An older copy of the page gave `{"AWS": "*"}` to AWS identities alone; that federated callers are left '
            "out is inferred."
        ),
        caveats=("aws-star",),
    ),
    Rule(
        "P6",
        'There is no `{"Service": "*"}`.',
        "The reader refuses it as `service-wildcard`; it covers no service.",
        ("princ",),
    ),
    Rule(
        "P7",
        "A role's ARN covers every session of the role.",
        "A grant to the entity (E9).",
        ("eval",),
    ),
    Rule(
        "P8",
        "A session's ARN covers that one session. The path of the role is not part of it.",
        "Compared whole; where only the role is known, the answer stays open.",
        ("princ",),
    ),
    Rule(
        "P9",
        "A role's ARN holds the path, and the session's ARN does not. A principal that leaves out the path of a "
        "role matches nobody.",
        "Compared with the role's own ARN, path included; where only the session's ARN is known, the path stays "
        "open and the answer carries a caveat.",
        ("princ", "keys"),
        caveats=("principal-open",),
    ),
    Rule(
        "P10",
        "A user matches by exact name and path, upper and lower case told apart.",
        "Compared whole.",
        ("princ",),
    ),
    Rule(
        "P11",
        "A federated user matches by its own ARN and by its user's ARN. The first is a direct grant, the second "
        "one to the entity.",
        "Both forms are tried (E8, E9).",
        ("eval",),
    ),
    Rule(
        "P12",
        "Groups are no principals.",
        "A group's ARN covers nobody.",
        ("princ",),
    ),
    Rule(
        "P13",
        "Identity providers are principals of trust policies only. They stand under `Federated` as provider ARN "
        "or as the name of a built-in provider.",
        "Compared exactly with the provider of a web identity or SAML caller; for every other caller the entry "
        "covers nobody.",
        ("princ",),
    ),
    Rule(
        "P14",
        "A provider serves roles of its own account; trust decides alone. The caller has no AWS identity, so "
        "there is no SCP, boundary or identity policy; RCPs of the role's account apply.",
        "A provider of another account is refused; otherwise trust policy and RCPs decide.",
        ("assume",),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "P15",
        "A canonical user id names an account, in S3 only.",
        "Nothing in a request tells which account it is: the grant stays open and carries a caveat.",
        ("gram", "princ"),
        caveats=("principal-open",),
    ),
    Rule(
        "P16",
        "A service principal matches by its exact name. A service may own several names, and calls across opt-in "
        "Regions use a regional one.",
        "Compared without regard to case, with a caveat where only the case differs.",
        ("princ", "keys"),
        doubt="AWS does not say whether case matters.",
        caveats=("service-name-case",),
    ),
    Rule(
        "P17",
        "Saved user and role ARNs turn into unique ids. A user or role that is deleted and made again does not "
        "match any more; a bare id matches only the entity that has it.",
        "Ids (`AIDA...`, `AROA...`) are compared with the caller's; where the caller's id is unknown, the answer "
        "stays open and carries a caveat.",
        ("princ",),
        caveats=("principal-open",),
    ),
    Rule(
        "P18",
        "A condition on `aws:PrincipalArn` keeps working after re-creation. Its value is never turned into an id.",
        "The key holds the ARN; ids do not enter.",
        ("princ",),
    ),
    Rule(
        "P19",
        "NotPrincipal covers everybody whom no entry matches. With Deny that means: all but the listed are denied.",
        "Every entry is tried in each form in which it may match the caller.",
        ("notprinc",),
    ),
    Rule(
        "P20",
        "With Deny and NotPrincipal, a caller and its account must both be listed. A list with the session alone "
        "may still deny, because AWS may check account or role first.",
        "Spared only when the caller and its account are listed. Only the account: denied. Only the caller: "
        "open, with a caveat.",
        ("notprinc",),
        doubt="AWS warns and does not say what happens; services differ.",
        caveats=("principal-open",),
    ),
    Rule(
        "P21",
        "Deny with NotPrincipal always denies whoever has a permissions boundary. It does not matter who is listed.",
        "A caller with a boundary is never spared.",
        ("notprinc",),
    ),
    Rule(
        "P22",
        "Allow with NotPrincipal lets in everybody who is not listed. Anonymous callers are among them; most "
        "services refuse to save it.",
        "Evaluated where it stands in a stored resource policy; the reader warns (`not-principal-with-allow`) "
        "and refuses it in other types.",
        ("notprinc", "rcpsyn", "scpsyn"),
    ),
    Rule(
        "P23",
        "Users of IAM Identity Center come as sessions of reserved roles. Such roles are best named by account "
        "and a condition on `aws:PrincipalArn`.",
        "They are role sessions like others, known by the reserved path or name; changes to such roles by "
        "anybody but Identity Center are refused.",
        ("princ",),
        caveats=("no-policy-decides",),
    ),
    Rule(
        "P24",
        "Principals match within one partition only. There is no trust between `aws`, `aws-cn` and `aws-us-gov`.",
        "ARNs are compared with their partition, also that of an account's root.",
        ("princ", "ids"),
    ),
    Rule(
        "P25",
        '`{"AWS": "*"}` in a trust policy lets principals of every account try. Elsewhere than in the role\'s '
        "account their own identity policy must still allow.",
        "A direct grant in the role's account; for everybody else the trust half only.",
        ("princ",),
    ),
)
