"""Decisions a second beside other evaluators: ten AWS managed policies, 16 requests, ratios in one run.

    python benchmarks/decide.py [--peers FOLDER]

Installs the peers (moto, principalmapper) into an environment of their own, by default ``.venv-peers`` beside the
project's; needs the package index for that once. All answers are compared before anything is timed. Figures are
medians of CPU time over rounds in which everybody takes a turn; with policies as the peers' package ships them.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import statistics
import subprocess
import sys
import time
import venv
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide
from policysim.evaluation.decision import Effect
from policysim.evaluation.evaluator import Evaluator
from policysim.evaluation.layers import LayerName
from policysim.evaluation.policy_set import AttachedPolicy, PolicySet, one_level
from policysim.language.patterns import resource_pattern_of
from policysim.language.policy_types import PolicyType
from policysim.language.reader import parse_policy
from policysim.language.request import Credentials, Principal, PrincipalKind, Request, RequestContext, Resource
from policysim.language.source import Source
from policysim.language.wildcards import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from policysim.language.policy import Policy

PEERS: Final = ("moto==5.2.5", "principalmapper==1.1.5")
POLICIES: Final = (
    "AWSBackupFullAccess",
    "AWSElasticDisasterRecoveryConsoleFullAccess",
    "AmazonDataZoneFullAccess",
    "AWSApplicationMigrationFullAccess",
    "AWSGlueConsoleFullAccess",
    "AWSCloudTrail_FullAccess",
    "AWSLambda_FullAccess",
    "AmazonRDSFullAccess",
    "AmazonEC2FullAccess",
    "AmazonS3FullAccess",
)
"""Policies of fewer than 512 different patterns, so that moto's use of ``re`` stays within the cache of that module."""
ACCOUNT: Final = "111122223333"
USER: Final = f"arn:aws:iam::{ACCOUNT}:user/ana"
EVERY_REQUEST: Final = {
    "aws:CurrentTime": "2026-11-24T08:00:00Z",
    "aws:RequestedRegion": "eu-west-1",
    "aws:SecureTransport": "true",
    "aws:SourceIp": "198.51.100.7",
}
REQUESTS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("s3:GetObject", "arn:aws:s3:::sagemaker-data/x/y.csv", {}),
    ("s3:PutObject", "arn:aws:s3:::acme-data/report.csv", {}),
    ("ec2:DescribeInstances", "*", {}),
    ("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*", {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app", {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/bob", {}),
    ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:SageMaker-x", {}),
    ("sagemaker:CreateTrainingJob", f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:training-job/x", {}),
    ("backup:StartBackupJob", f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:x", {}),
    ("kms:ListAliases", "*", {}),
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/x", {}),
    ("sts:GetFederationToken", f"arn:aws:sts::{ACCOUNT}:federated-user/x", {}),
    ("rds:DescribeDBInstances", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:x", {}),
    ("cloudformation:DeleteStack", f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/awseb-x/1", {}),
    ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/sagemaker/x:log-stream:y", {}),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:AmazonSageMaker-x",
        {"secretsmanager:ResourceTag/SageMaker": "true"},
    ),
)
ROUNDS: Final = 15


class Peers:
    """The other evaluators, in a process of their own."""

    def __init__(self, environment: Path) -> None:
        python = environment / "bin" / "python"
        if not python.exists():
            sys.stderr.write(f"installing {', '.join(PEERS)} into {environment}\n")
            venv.create(environment, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        script = Path(__file__).with_name("peer_decisions.py")
        self._process = subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **command: object) -> Any:  # noqa: ANN401  # the peers answer in JSON
        """The answer to one command."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peers' process has no pipes")
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def seconds(self, peer: str) -> float:
        """The CPU seconds of one round of a peer."""
        return float(self.ask(peer=peer)["seconds"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


class Ours:
    """The same policies and requests for policysim."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.texts = [json.dumps(document) for document in documents]
        self.policies = self.read()
        self.in_force = self.policy_set(self.policies)
        caller = Principal(
            kind=PrincipalKind.USER,
            arn=USER,
            account=ACCOUNT,
            unique_id="AIDAEXAMPLE",
            credentials=Credentials.LONG_TERM,
            in_management_account=False,
        )
        self.requests = [
            Request(
                principal=caller,
                action=action,
                resource=Resource(arn=arn, account=ACCOUNT),
                context=RequestContext({**EVERY_REQUEST, **keys}, complete=True),
            )
            for action, arn, keys in REQUESTS
        ]

    def read(self) -> list[Policy]:
        """The documents, read."""
        return [
            parse_policy(Source(name, text), PolicyType.IDENTITY)
            for name, text in zip(POLICIES, self.texts, strict=True)
        ]

    def policy_set(self, policies: list[Policy]) -> PolicySet:
        """The documents as the managed policies of a user."""
        attached = [AttachedPolicy(name, policy) for name, policy in zip(POLICIES, policies, strict=True)]
        return PolicySet({LayerName.IDENTITY: one_level(USER, attached)})

    def evaluator(self) -> Evaluator:
        """An evaluator that knows no request yet."""
        return Evaluator(self.in_force, CATALOGUE)


def disagreements(ours: Ours, peers: Peers) -> list[str]:
    """The requests that somebody answers differently: of us, the whole decision and the evaluator, cold and warm."""
    evaluator = ours.evaluator()
    whole = [decide(request, ours.in_force, CATALOGUE).effect for request in ours.requests]
    answers = {
        "policysim": [effect is Effect.ALLOWED for effect in whole],
        "cold": [evaluator.effect(request) is Effect.ALLOWED for request in ours.requests],
        "warm": [evaluator.effect(request) is Effect.ALLOWED for request in ours.requests],
        "pmapper": peers.ask(peer="pmapper")["answers"],
        "moto": peers.ask(peer="moto")["answers"],
    }
    rows = zip(REQUESTS, zip(*answers.values(), strict=True), strict=True)
    return [
        f"{action} on {arn}: {dict(zip(answers, row, strict=True))}"
        for (action, arn, _), row in rows
        if len(set(row)) > 1
    ]


def cpu(run: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one run."""
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def forget() -> None:
    """Empty every memo of the package, so that what is timed next starts cold."""
    for found in gc.get_objects():
        if isinstance(found, _lru_cache_wrapper) and str(getattr(found, "__module__", "")).startswith(
            "policysim.language"
        ):
            found.cache_clear()


def compile_index(policies: list[Policy]) -> None:
    """All that is compiled before a first question: the statements of each document by action."""
    for policy in policies:
        _ = policy.by_action


def compile_all(policies: list[Policy]) -> None:
    """The same, and every pattern that a question may come to."""
    compile_index(policies)
    for policy in policies:
        for statement in policy.statements:
            for action in statement.action.patterns:
                if "*" in action or "?" in action:
                    Pattern.from_text(action.lower().partition(":")[2])
            for pattern in statement.resource.patterns if statement.resource is not None else ():
                resource_pattern_of(pattern)


def compile_re(policies: list[Policy]) -> None:
    """One compiled ``re`` per pattern, as most evaluators do."""
    re.purge()
    for policy in policies:
        for statement in policy.statements:
            patterns = statement.action.patterns
            patterns += statement.resource.patterns if statement.resource is not None else ()
            for pattern in patterns:
                re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def measured(ours: Ours, peers: Peers) -> dict[str, float]:
    """Microseconds per decision, and per statement for compiling: medians over rounds in which all take a turn."""
    warm = ours.evaluator()
    per_request, per_statement = len(ours.requests), sum(len(policy.statements) for policy in ours.policies)

    def ask(evaluator: Evaluator) -> None:
        for request in ours.requests:
            evaluator.effect(request)

    def decide_all() -> None:
        for request in ours.requests:
            decide(request, ours.in_force, CATALOGUE)

    def compiling(compiler: Callable[[list[Policy]], None]) -> float:
        fresh = ours.read()
        forget()
        return cpu(lambda: compiler(fresh))

    ask(warm)
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        ask(ours.evaluator())  # what compiling forgot in the round before is compiled again
        turn = {
            "warm": cpu(lambda: ask(warm), 200) / per_request,
            "memo miss": cpu(lambda: ask(ours.evaluator()), 10) / per_request,
            "whole decision": cpu(decide_all) / per_request,
            "pmapper": peers.seconds("pmapper") / per_request,
            "moto": peers.seconds("moto") / per_request,
            "index": compiling(compile_index) / per_statement,
            "index and patterns": compiling(compile_all) / per_statement,
            "re": compiling(compile_re) / per_statement,
        }
        for name, seconds in turn.items():
            rounds.setdefault(name, []).append(seconds * 1e6)
    return {name: statistics.median(found) for name, found in rounds.items()}


def main() -> int:
    """Compare, measure, print."""
    parser = argparse.ArgumentParser(description="decisions a second beside other evaluators")
    default = Path(__file__).parent.parent / ".venv-peers"
    parser.add_argument("--peers", type=Path, default=default, help="the environment of the peers; made if missing")
    with Peers(parser.parse_args().peers) as peers:
        ours = Ours(
            peers.ask(names=POLICIES, principal=USER, requests=[(a, r, EVERY_REQUEST | k) for a, r, k in REQUESTS])
        )
        different = disagreements(ours, peers)
        if different:
            print("the answers differ, so nothing is timed:", *different, sep="\n  ")
            return 1
        statements = sum(len(policy.statements) for policy in ours.policies)
        print(f"{len(REQUESTS)} requests, {len(POLICIES)} AWS managed policies, {statements} statements: answers agree")
        figures = measured(ours, peers)
    print(f"\n{'µs per decision':34}{'':10}{'÷ PMapper':>12}{'÷ moto':>10}")
    for name in ("warm", "memo miss", "whole decision", "pmapper", "moto"):
        ratios = f"{figures['pmapper'] / figures[name]:11.1f}x{figures['moto'] / figures[name]:9.1f}x"
        print(f"{name:34}{figures[name]:10.2f}{ratios}")
    print(f"\n{'µs per statement, compiling':34}{'':10}{'÷ re':>12}")
    for name in ("index", "index and patterns", "re"):
        print(f"{name:34}{figures[name]:10.2f}{figures['re'] / figures[name]:11.1f}x")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
