"""The other evaluators of ``benchmarks/decide.py``: runs in an environment of its own and answers on standard input.

Each line is a command in JSON, each answer a line of JSON: ``documents``, ``answers`` and ``time``. Only the public
entry points of the peers are called; what a peer prepares once per policy is prepared before anything is timed.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import sys
import time
from typing import Any

for _name in ("Mapping", "MutableMapping", "Iterable", "Callable", "Sequence"):
    # principalmapper 1.1.5 looks for these names where Python 3.10 no longer has them.
    setattr(collections, _name, getattr(collections.abc, _name))

from moto.iam.access_control import IAMPolicy, PermissionResult  # noqa: E402  # after the names above
from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: E402  # the same
from principalmapper.common import Node, Policy  # noqa: E402  # the same
from principalmapper.querying.query_interface import local_check_authorization  # noqa: E402  # the same

DOCUMENTS = {name: entry["Document"] for name, entry in json.loads(aws_managed_policies_data).items()}


class Peers:
    """Both peers, loaded with the policies and requests of the benchmark."""

    def __init__(self, names: list[str], principal: str, requests: list[tuple[str, str, dict[str, str]]]) -> None:
        self.requests = requests
        policies = [Policy(f"arn:aws:iam::aws:policy/{name}", name, DOCUMENTS[name]) for name in names]
        self._node = Node(
            arn=principal,
            id_value="AIDAEXAMPLE",
            attached_policies=policies,
            group_memberships=[],
            trust_policy=None,
            instance_profile=None,
            num_access_keys=0,
            active_password=False,
            is_admin=False,
            permissions_boundary=None,
            has_mfa=False,
            tags=None,
        )
        self._moto = [IAMPolicy(json.dumps(DOCUMENTS[name])) for name in names]

    def pmapper(self) -> list[bool]:
        """One round of PMapper."""
        node = self._node
        return [local_check_authorization(node, action, arn, keys) for action, arn, keys in self.requests]

    def moto(self) -> list[bool]:
        """One round of moto, as its ``check_action_permitted`` goes through the policies of a caller."""
        return [self._moto_allows(action, arn) for action, arn, _ in self.requests]

    def _moto_allows(self, action: str, arn: str) -> bool:
        permitted = False
        for policy in self._moto:
            result = policy.is_action_permitted(action, arn)
            if result is PermissionResult.DENIED:
                return False
            permitted = permitted or result is PermissionResult.PERMITTED
        return permitted


def main() -> None:
    """Answer commands until standard input ends."""
    peers: Peers | None = None
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        if "names" in command:
            peers = Peers(command["names"], command["principal"], command["requests"])
            answer: object = [DOCUMENTS[name] for name in command["names"]]
        else:
            run = getattr(peers, command["peer"])
            start = time.process_time()
            answers = run()
            answer = {"answers": answers, "seconds": time.process_time() - start}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
