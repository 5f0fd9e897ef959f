"""From a diagnosis to the document that every renderer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.evaluation.truth import Truth
from policysim.language.edits import in_file
from policysim.reports.decisions import (
    check_documents,
    decision_document,
    statement_document,
    who,
)
from policysim.reports.diffs import diff_target, outermost_source, unified_diff
from policysim.reports.document import (
    AwsEvaluationDocument,
    ComparedCheckDocument,
    DenialDocument,
    EventDocument,
    EvidenceDocument,
    FactDocument,
    FixDocument,
    HypothesisDocument,
    NearMissDocument,
    ObstacleDocument,
    ProvenanceDocument,
    RemedyDocument,
    ReplacementDocument,
    Report,
    RequestDocument,
    VerificationDocument,
)
from policysim.reports.excerpts import outcome_mark, outcome_span, statement_excerpt

if TYPE_CHECKING:
    from pathlib import Path

    from policysim.cloudtrail.denial import Denial
    from policysim.cloudtrail.event import Event, UserIdentity
    from policysim.explanation.diagnosis import (
        AwsEvaluation,
        Diagnosis,
        Fact,
        Fix,
        Hypothesis,
        NearMiss,
        Obstacle,
        Remedy,
        RequestDiagnosis,
    )
    from policysim.language.edits import TextEdit


def report_of(diagnosis: Diagnosis, base: Path | None = None) -> Report:
    """Everything about one denied call. Diffs are relative to ``base``, the folder that ``git apply`` will run in."""
    call, decision = diagnosis.call, diagnosis.decision
    return Report(
        event=_event(call.event) if call.event is not None else None,
        denial=_denial(call.denial) if call.denial is not None else None,
        requests=tuple(_request(request) for request in diagnosis.requests),
        refused=_refused(diagnosis),
        decision=decision_document(decision) if decision is not None else None,
        agreement=diagnosis.agreement,
        disagreement=diagnosis.disagreement,
        disagreement_code=diagnosis.disagreement_code,
        checks=check_documents(decision) if decision is not None else (),
        near_misses=tuple(near_miss_document(miss) for miss in diagnosis.near_misses),
        obstacles=tuple(_obstacle(obstacle) for obstacle in diagnosis.obstacles),
        hypotheses=tuple(_hypothesis(hypothesis) for hypothesis in diagnosis.hypotheses),
        separating=_fact(diagnosis.separating) if diagnosis.separating is not None else None,
        aws_evaluation=_aws_evaluation(diagnosis.aws) if diagnosis.aws is not None else None,
        remedies=tuple(_remedy(remedy) for remedy in diagnosis.remedies),
        fixes=tuple(_fix(fix, base) for fix in diagnosis.fixes),
        unresolved=call.unresolved,
        next_steps=diagnosis.next_steps,
    )


def _refused(diagnosis: Diagnosis) -> int | None:
    if diagnosis.decision is None:
        evaluations = [diagnosed.requested.evaluated for diagnosed in diagnosis.requests]
        shown = (number for number, one in enumerate(evaluations) if one is not None and one.is_denial)
        return next(shown, 0 if len(diagnosis.requests) == 1 else None)
    for number, diagnosed in enumerate(diagnosis.requests):
        if diagnosed.decision is not None and diagnosed.decision.request == diagnosis.decision.request:
            return number
    return None


def _event(event: Event) -> EventDocument:
    identity = event.user_identity
    return EventDocument(
        id=event.event_id,
        time=event.event_time,
        source=event.event_source,
        name=event.event_name,
        region=event.aws_region,
        principal=_named(identity) if identity else None,
        account=identity.account_id if identity else None,
        error_code=event.error_code,
    )


def _named(identity: UserIdentity) -> str | None:
    """The caller by its ARN; a federated user by its name, with the provider that vouches for it."""
    name = identity.arn or identity.user_name or identity.principal_id
    vouched = identity.identity_provider if name and not identity.arn else None
    return f"{name} of {vouched}" if vouched else name


def _denial(denial: Denial) -> DenialDocument:
    return DenialDocument(
        raw=denial.raw,
        recognised=denial.recognised,
        principal=denial.principal,
        action=denial.action,
        resource=denial.resource,
        layer=denial.layer,
        kind=denial.kind,
        policy_arn=denial.policy_arn,
        authorization_id=denial.authorization_id,
        iam=denial.iam,
        cause=denial.cause,
        cause_code=denial.cause_code,
        advice=denial.advice,
        operation=denial.operation,
        service=denial.service,
    )


def _request(diagnosed: RequestDiagnosis) -> RequestDocument:
    request, provenance = diagnosed.requested.request, diagnosed.requested.provenance
    return RequestDocument(
        principal=who(request.principal),
        action=request.action,
        resource=request.resource.arn,
        resource_account=request.resource.account,
        conditional=diagnosed.requested.conditional,
        provenance=ProvenanceDocument(
            principal=provenance.principal,
            action=provenance.action,
            resource=provenance.resource,
            owner=provenance.owner,
        ),
        decision=decision_document(diagnosed.decision) if diagnosed.decision is not None else None,
    )


def near_miss_document(miss: NearMiss) -> NearMissDocument:
    """A statement that is one element short, with the element underlined in its source."""
    span = outcome_span(miss.match, miss.outcome)
    place, reason = span.place, miss.outcome.reason
    unknown = miss.outcome.truth is Truth.UNKNOWN
    none = "not known" if unknown else "the request has none"
    label = f"the request has {miss.outcome.found}" if miss.outcome.found else none
    return NearMissDocument(
        statement=statement_document(miss.match),
        spares=miss.spares,
        open=unknown,
        far=miss.far,
        element=miss.outcome.element,
        key=miss.outcome.key or None,
        wanted=_bare(miss.outcome.wanted),
        found=_bare(miss.outcome.found),
        reason=reason.code if reason is not None else None,
        sentence=miss.sentence,
        rules=reason.value.rules if reason is not None else (),
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        excerpt=statement_excerpt(miss.match, [outcome_mark(miss.match, miss.outcome, label)]),
    )


def _bare(text: str) -> str:
    """One value without the backticks that sentences put around it; a list of values stays as it reads."""
    inner = text[1:-1]
    return inner if text == f"`{inner}`" and "`" not in inner else text


def _obstacle(obstacle: Obstacle) -> ObstacleDocument:
    match = obstacle.match
    return ObstacleDocument(
        layer=obstacle.layer,
        node=obstacle.node,
        statement=statement_document(match) if match is not None else None,
        certain=obstacle.certain,
        setting=obstacle.setting,
        or_layer=obstacle.or_layer,
    )


def _hypothesis(hypothesis: Hypothesis) -> HypothesisDocument:
    return HypothesisDocument(
        code=hypothesis.code,
        cause=hypothesis.cause,
        rank=hypothesis.rank,
        layer=hypothesis.layer,
        evidence=EvidenceDocument(supporting=hypothesis.supporting, opposing=hypothesis.opposing),
        tested=hypothesis.tested,
        test=hypothesis.test,
        next=hypothesis.next or None,
    )


def _fact(fact: Fact) -> FactDocument:
    return FactDocument(sentence=fact.sentence, command=fact.command)


def _remedy(remedy: Remedy) -> RemedyDocument:
    return RemedyDocument(code=remedy.code, sentence=remedy.sentence, command=remedy.command, verified=remedy.verified)


def _aws_evaluation(aws: AwsEvaluation) -> AwsEvaluationDocument:
    return AwsEvaluationDocument(
        kind=aws.kind,
        source=aws.source,
        action=aws.action,
        resource=aws.resource,
        effect=aws.effect,
        checks=tuple(
            ComparedCheckDocument(
                checkType=check.check_type,
                target=check.target,
                theirs=check.theirs,
                ours=check.ours,
                statements=check.statements,
                difference=check.difference,
            )
            for check in aws.checks
        ),
        denied_by=aws.denied_by,
        differences=aws.differences,
    )


def _fix(fix: Fix, base: Path | None) -> FixDocument:
    source = outermost_source(fix.source)
    file = source.name
    target = diff_target(file.removesuffix(".gz"), base)
    return FixDocument(
        kind=fix.kind,
        step=fix.step,
        summary=fix.summary,
        file=file,
        folder="" if source.written_here else target.folder,
        diff=unified_diff(fix.edits, target.path),
        replacements=() if source.written_here or file.endswith(".gz") else tuple(map(_replacement, fix.edits)),
        command=fix.command,
        also_affects=fix.also_affects,
        verified=VerificationDocument(
            effect=fix.verified.effect, layer=fix.verified.layer, unknown_keys=fix.verified.unknown_keys
        ),
        warning=_warning(fix, file),
    )


def _replacement(edit: TextEdit) -> ReplacementDocument:
    span, text = in_file(edit)
    place = span.place
    return ReplacementDocument(
        line=place.line, column=place.column, end_line=place.end_line, end_column=place.end_column, text=text
    )


def _warning(fix: Fix, file: str) -> str:
    if not file.endswith(".gz"):
        return fix.warning
    unpack = f"`{file}` is compressed: unpack it before applying the diff"
    return f"{fix.warning}; {unpack}" if fix.warning else unpack
