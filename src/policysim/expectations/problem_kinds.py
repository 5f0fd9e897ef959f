"""The closed table of what can be wrong with an expectation, or is worth a warning."""

from __future__ import annotations

from typing import Final

from policysim.language.problems import ProblemKind, Severity

_ERROR = Severity.ERROR
_WARNING = Severity.WARNING

BROKEN_SENTENCE: Final = ProblemKind("broken-sentence", _ERROR, (), "the text is no sentence of the language")
EMPTY_FILE: Final = ProblemKind("empty-file", _ERROR, (), "the file expects nothing")
EMPTY_WORD: Final = ProblemKind("empty-word", _ERROR, (), "a word has no characters")
REPEATED_KEY: Final = ProblemKind("repeated-key", _ERROR, (), "one sentence states a condition key twice")
UNKNOWN_REASON: Final = ProblemKind(
    "unknown-reason", _ERROR, (), "what stands behind `because` is neither a layer nor a statement"
)
REASON_OF_OPEN_ANSWER: Final = ProblemKind(
    "reason-of-open-answer", _ERROR, (), "`depending on` and `because` stand in one sentence"
)

REPEATED_ACCOUNT: Final = ProblemKind("repeated-account", _ERROR, (), "the file names its policies twice")
MALFORMED_ACCOUNT: Final = ProblemKind("malformed-account", _ERROR, (), "an account id or a Region has the wrong form")

NO_POLICIES: Final = ProblemKind("no-policies", _ERROR, (), "nothing says where the policies in force are")
UNREADABLE_POLICIES: Final = ProblemKind(
    "unreadable-policies", _ERROR, (), "the policies that the file names cannot be read"
)

UNKNOWN_FILE: Final = ProblemKind("unknown-file", _ERROR, (), "the file that is used cannot be read")
UNKNOWN_PACK: Final = ProblemKind("unknown-pack", _ERROR, (), "there is no pack of this name")
USE_CYCLE: Final = ProblemKind("use-cycle", _ERROR, (), "a file uses itself, directly or through others")
TOO_MANY_USES: Final = ProblemKind("too-many-uses", _ERROR, (), "files use each other too often or too deep")
MISSING_PARAMETER: Final = ProblemKind("missing-parameter", _ERROR, (), "a parameter of the file used has no words")
UNKNOWN_PARAMETER: Final = ProblemKind("unknown-parameter", _ERROR, (), "the file used has no such parameter")
REPEATED_PARAMETER: Final = ProblemKind("repeated-parameter", _ERROR, (), "a parameter is named twice")
MALFORMED_PARAMETER: Final = ProblemKind("malformed-parameter", _ERROR, (), "the name of a parameter has no such form")
UNBOUND_NAME: Final = ProblemKind("unbound-name", _ERROR, (), "`{name}` stands for no parameter")
SEVERAL_WORDS: Final = ProblemKind(
    "several-words", _ERROR, (), "a parameter that stands for several words is a part of one word"
)
NONE_AMONG_WORDS: Final = ProblemKind("none-among-words", _ERROR, (), "`none` stands beside other words")
MISREAD_WORD: Final = ProblemKind("misread-word", _ERROR, (), "a word of plain English stands for a name")

CONTRADICTION: Final = ProblemKind("contradiction", _ERROR, (), "two sentences cannot both hold")

USED_ACCOUNT: Final = ProblemKind("used-account", _WARNING, (), "the `account` of a file that is used is not followed")
NOTHING_USED: Final = ProblemKind("nothing-used", _WARNING, (), "a `use` stands for no sentence")
REPEATED_SENTENCE: Final = ProblemKind("repeated-sentence", _WARNING, (), "a sentence stands twice")

UNKNOWN_PRINCIPAL: Final = ProblemKind("unknown-principal", _ERROR, (), "there is no principal of this name")
AMBIGUOUS_NAME: Final = ProblemKind("ambiguous-name", _ERROR, (), "several accounts have something of this name")
UNKNOWN_ACTION: Final = ProblemKind("unknown-action", _ERROR, ("A9",), "AWS has no such action")
UNKNOWN_RESOURCE: Final = ProblemKind("unknown-resource", _ERROR, (), "the word stands for no resource")
OTHER_RESOURCE: Final = ProblemKind("other-resource", _ERROR, ("R2", "R16"), "the action works on other resources")
OTHER_CALLER: Final = ProblemKind("other-caller", _ERROR, ("P14",), "AWS never lets such a principal make such a call")
UNKNOWN_KEY: Final = ProblemKind("unknown-key", _ERROR, ("C66",), "no such request has the condition key")
WRONG_VALUE: Final = ProblemKind("wrong-value", _ERROR, ("C10",), "the condition key never has such a value")
TOO_MANY_REQUESTS: Final = ProblemKind("too-many-requests", _ERROR, (), "the sentence stands for too many requests")
MATCHES_NOTHING: Final = ProblemKind("matches-nothing", _WARNING, (), "a wildcard matches nothing")
NEVER_FAILS: Final = ProblemKind("never-fails", _WARNING, (), "the expectation holds whatever the policies say")
NEVER_HAPPENS: Final = ProblemKind("never-happens", _WARNING, (), "no request of this principal has the value")
