"""Results of expectations as a checker hands them out, decided one by one without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policysim.account.authorizations import authorizations
from policysim.account.principals import UnknownPrincipal, resolve_principal
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.decide import decide_call
from policysim.evaluation.decision import Effect
from policysim.expectations.reading import read_expectations
from policysim.expectations.results import Answer, Result, Shortfall, Standing
from policysim.expectations.sentences import Expectation, Form
from policysim.language.request import Request, RequestContext, Resource
from policysim.language.source import Source

if TYPE_CHECKING:
    from policysim.account.account import Organisation

_WANTED = {Form.CAN: {Effect.ALLOWED}, Form.CANNOT: {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}}


def sentences(text: str, name: str = "access.expect") -> tuple[Expectation, ...]:
    found = read_expectations(Source(name, text))
    assert not found.problems, found.problems
    return tuple(line for line in found.lines if isinstance(line, Expectation))


def result_of(expectation: Expectation, organisation: Organisation) -> Result:
    """What came out of a sentence of literal words without conditions on keys of several values."""
    wanted = _WANTED[expectation.form]
    answers = [
        answer_of(organisation, who.text, action.text, resource.text, expectation)
        for who in expectation.principals
        for action in expectation.actions
        for resource in expectation.resources
    ]
    short = [
        Shortfall(one, f"`{one.caller}` is not answered as expected", one.call.effect is Effect.DEPENDS)
        for one in answers
        if one.call.effect not in wanted
    ]
    standing = Standing.MET
    if short:
        standing = Standing.UNDECIDED if all(one.undecided for one in short) else Standing.UNMET
    first = tuple(sorted(short, key=lambda one: one.undecided))[:5]
    return Result(expectation=expectation, standing=standing, asked=len(answers), short=len(short), shortfalls=first)


def answer_of(organisation: Organisation, who: str, action: str, resource: str, expectation: Expectation) -> Answer:
    principal = resolve_principal(who, organisation)
    assert not isinstance(principal, UnknownPrincipal), principal
    stated = {one.key.text: [value.text for value in one.values] for one in expectation.conditions}
    context = RequestContext({key: values for key, values in stated.items() if values})
    request = Request(principal=principal, action=action, resource=Resource(arn=resource), context=context)
    situations = authorizations(request, organisation)
    return Answer(who, request, situations, decide_call([(one.request, one.policies) for one in situations], CATALOGUE))
