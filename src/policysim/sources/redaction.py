"""An account folder to be shown to others: names, ids, tags and addresses are pseudonyms, and every decision stays.

The same name has the same pseudonym everywhere, and a pattern matches the pseudonyms of what it matched. AWS's own
words stay, and so do dates and numbers. The secret is never written: without it no pseudonym can be turned back.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from policysim.sources.errors import InputError
from policysim.sources.files import read_source
from policysim.sources.redaction_cuts import Cuts
from policysim.sources.redaction_documents import Redactor
from policysim.sources.redaction_folder import FolderRedactor
from policysim.sources.redaction_pseudonyms import Pseudonyms
from policysim.sources.redaction_texts import Reader, Writer, action_of, is_aws_owned, key_of, text_of
from policysim.sources.redaction_words import KEPT_TOKENS, STAYING

_SECRET_SIZE: Final = 32
_SHORTEST: Final = 16
_ATTEMPTS: Final = 8


def new_secret() -> bytes:
    """A secret for one run; nobody keeps it."""
    return secrets.token_bytes(_SECRET_SIZE)


def secret_in(key_file: str | None) -> bytes:
    """The secret in a file, so that the same names get the same pseudonyms another time; a new one without a file.

    Raises:
        InputError: the file cannot be read, or is too short to keep anybody from trying every secret.
    """
    if key_file is None:
        return new_secret()
    secret = read_source(Path(key_file), key_file).text.strip().encode()
    if len(secret) < _SHORTEST:
        raise InputError(f"{key_file}: expected a key of at least {_SHORTEST} characters, found {len(secret)}")
    return secret


def redacted(files: Mapping[str, object], secret: bytes) -> dict[str, Any]:
    """The files of a folder, as JSON values by path relative to it, with pseudonyms; the paths have them too."""
    return Redaction(files, secret).files


class Redaction:
    """The pseudonyms of one folder. They hang on its patterns, which tell where names are cut, and on the secret.

    ``faithful`` is false where a pattern of the folder matches a pseudonym whose name it did not match: so short are
    the parts of names that no other pseudonym was left.
    """

    def __init__(self, files: Mapping[str, object], secret: bytes) -> None:
        reader = _read(files)
        reader.cuts.close()
        kept = {piece for run in reader.kept for piece in reader.cuts.pieces(run)} | KEPT_TOKENS
        avoided = reader.words | {word.lower() for word in STAYING}
        for attempt in range(_ATTEMPTS):
            pseudonyms = Pseudonyms(secret, reader.cuts, kept=kept, avoided=avoided, attempt=attempt)
            self.faithful = not pseudonyms.clashes(sorted(reader.words))
            if self.faithful:
                break
        self._hand = Writer(pseudonyms, secret, reader)
        folder = FolderRedactor(self._hand, aws_managed=_aws_managed(files), keep_documents=lambda _: None)
        self.files: dict[str, Any] = {folder.path(path): folder.file(path, value) for path, value in files.items()}

    def name(self, text: str) -> str:
        """The pseudonym of a name, an ARN, an id or a pattern."""
        return text_of(text, self._hand)

    def key(self, key: str) -> str:
        """A condition key, with the pseudonym of the tag's key in it."""
        return key_of(key, self._hand)

    def action(self, text: str) -> str:
        """The pseudonym of an action; one that AWS has stays."""
        return action_of(text, self._hand)

    def context_value(self, key: str, value: str) -> str:
        """The value of a condition key in a request; values that are AWS's own stay."""
        return str(Redactor(self._hand).condition_value(key, value))


def _read(files: Mapping[str, object]) -> Reader:
    reader = Reader(Cuts())

    def keep(value: object) -> None:
        reader.keeps = True
        for document in _documents(value):
            Redactor(reader).document(document)
        reader.keeps = False

    folder = FolderRedactor(reader, aws_managed=_aws_managed(files), keep_documents=keep)
    for path, value in files.items():
        folder.path(path)
        folder.file(path, value)
    return reader


def _aws_managed(value: object) -> frozenset[str]:
    """The names of the policies of AWS's own that are named anywhere in a value."""
    if isinstance(value, str):
        return frozenset({value.rpartition("/")[2]}) if is_aws_owned(value) else frozenset()
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return frozenset[str]().union(*map(_aws_managed, inner))


def _documents(value: object) -> list[object]:
    """The documents in what AWS owns: the one of a file, or those of the versions of a policy."""
    if isinstance(value, list):
        return [one.get("Document") for one in value if isinstance(one, dict)]
    return [value]
