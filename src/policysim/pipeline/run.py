"""One run of the function: each log file that the notification names is read, explained and told of, at most once.

A log file that fails does not hold up the others. What failed is named at the end: of a batch of SQS the messages,
so that only they come again; else the whole run, which AWS Lambda repeats and at last hands to the failure queue.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policysim.cloudtrail.caller import role_behind
from policysim.pipeline.ignoring import Unwanted
from policysim.pipeline.lines import measure_causes, measure_run, tell
from policysim.pipeline.log_files import BrokenLogError, is_log, log_file_of, too_large
from policysim.pipeline.marks import DONE, BusyError, Marks
from policysim.pipeline.notifications import deliveries_of
from policysim.pipeline.outputs import Outputs
from policysim.pipeline.place import place_of, seconds_left
from policysim.pipeline.policies import PoliciesAtHand
from policysim.pipeline.told import denied_among, told_of
from policysim.sources.aws.failures import Failure
from policysim.sources.aws.quiet_calls import CallError, quiet_call
from policysim.sources.aws.stored_objects import TooLargeError, object_bytes
from policysim.sources.errors import InputError

if TYPE_CHECKING:
    from policysim.pipeline.log_files import LogFile
    from policysim.pipeline.notifications import LogObject
    from policysim.pipeline.place import Context, FunctionPlace
    from policysim.pipeline.settings import Settings
    from policysim.pipeline.told import Told
    from policysim.sources.aws.connection import Connection

_LAST_BEGIN: Final = 0.75
"""The part of a run's time after which it begins with no further log file."""

_REPLACED: Final = frozenset({"PreconditionFailed", "412"})


class PipelineError(Exception):
    """Log files that could not be told of; the text counts them and names nothing of theirs."""


class _OutOfTimeError(Exception):
    """Too little of the run's time is left to begin with a log file."""


class _Run(NamedTuple):
    """What belongs to one run."""

    place: FunctionPlace
    until: float
    latest: float
    figures: Counter[str]

    @property
    def is_late(self) -> bool:
        """Whether no further log file is begun: a run that is cut off brings those back as well that it has told of."""
        return time.time() >= self.latest and self.figures["Told"] > 0


class Pipeline:
    """What stays from one run to the next: the settings, the clients, and the policies that were read."""

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self._settings, self._connection = settings, connection
        self._policies = PoliciesAtHand(settings.account, connection, settings.refresh_seconds)
        self._unwanted = Unwanted(settings.ignore, settings.own_role, settings.ignore_service_linked)

    def handle(self, event: object, context: Context) -> dict[str, Any]:
        """Tells of the log files that a notification names.

        Returns ``batchItemFailures`` for a batch of SQS, else the figures of the run.

        Raises:
            PipelineError: not every log file could be told of, and SQS is not there to bring it again.
            NotificationError: the event has no form that is known.
        """
        start, left = time.time(), seconds_left(context)
        run = _Run(place_of(context), start + left, start + left * _LAST_BEGIN, Counter())
        failed: list[str | None] = []
        deliveries = deliveries_of(event)
        for delivery in deliveries:
            if delivery.problem:
                tell("error", "unknown-notification")
            outcomes = [self._is_told(log, run) for log in delivery.objects]
            if delivery.problem or not all(outcomes):
                failed.append(delivery.message_id)
        measure_run(self._settings.namespace, run.figures)
        if all(delivery.message_id is not None for delivery in deliveries):
            return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
        if failed:
            count = run.figures["Failed"]
            raise PipelineError(
                f"{count} of {sum(len(one.objects) for one in deliveries)} log files could not be told of"
            )
        return dict(run.figures)

    def _is_told(self, log: LogObject, run: _Run) -> bool:
        """Whether a log file is dealt with; if not, the reason is on a line of its own."""
        place = {"bucket": log.bucket, "key": log.key}
        try:
            run.figures[self._tell_of(log, run)] += 1
        except CallError as error:
            tell("error", "call-failed", call=error.call, code=error.code, **place)
        except BrokenLogError as error:
            tell("error", error.code, **place)
        except InputError:
            tell("error", "policies-unreadable", **place)
        except _OutOfTimeError:
            tell("warning", "out-of-time", **place)
        except BusyError:
            tell("warning", "busy", **place)
        except Exception as error:  # noqa: BLE001  # a defect met in one log file must not hold up the others
            tell("error", "defect", kind=type(error).__name__, at=_where(error), **place)
        else:
            return True
        run.figures["Failed"] += 1
        return False

    def _tell_of(self, log: LogObject, run: _Run) -> str:
        """What became of a log file, by the name of the figure that counts it."""
        if not is_log(log.key):
            tell("info", "no-log-file", bucket=log.bucket, key=log.key)
            return "Skipped"
        if run.is_late:
            raise _OutOfTimeError
        marks = None if self._settings.dry_run else Marks(self._connection, self._settings.reports, log.id)
        if marks is not None and DONE in marks.found:
            tell("info", "told-before", bucket=log.bucket, key=log.key)
            return "Repeated"
        file = self._read(log)
        if file is None:
            tell("warning", "gone", bucket=log.bucket, key=log.key)
            return "Gone"
        if file.broken:
            tell("warning", "broken-records", count=file.broken, bucket=log.bucket, key=log.key)
        told = self._explained(file)
        if marks is None:
            tell("info", "dry-run", causes=len(told.groups) if told else 0, bucket=log.bucket, key=log.key)
        elif not self._send(told, log, marks, run):
            tell("info", "told-before", bucket=log.bucket, key=log.key)
            return "Repeated"
        run.figures.update(Events=len(file.events), Denials=sum(told.counts.values()) if told else 0, Messages=0)
        if told is not None:
            measure_causes(self._settings.namespace, told.counts)
        return "Told"

    def _read(self, log: LogObject) -> LogFile | None:
        """The log file; ``None`` where it was deleted, or replaced, of which another notification tells."""
        limit = self._settings.largest_mb << 20
        try:
            content = object_bytes(self._connection, log.bucket, log.key, limit, version=log.version_id, etag=log.etag)
        except TooLargeError:
            raise too_large(limit) from None
        except CallError as error:
            if error.failure is Failure.GONE or error.code in {*_REPLACED, "NoSuchKey", "NoSuchVersion"}:
                return None
            raise
        return log_file_of(content, limit)

    def _explained(self, file: LogFile) -> Told | None:
        """The causes of its denials; ``None`` where nothing was denied that anybody wants to hear of."""
        if not any(event.why_no_denial is None for event in file.events):
            return None
        denied = denied_among(file.events, self._knowing_itself())
        if not denied:
            return None
        organisation = self._policies.current()
        return told_of(
            denied,
            file.events,
            organisation=organisation,
            folder=self._policies.folder,
            unwanted=self._unwanted,
            minimum=self._settings.minimum,
        )

    def _knowing_itself(self) -> Unwanted:
        """What is left out, the role included with which this function runs."""
        if self._unwanted.own_role is None:
            session = str(quiet_call(self._connection, "sts", "get_caller_identity")["Arn"])
            own = role_behind(session)[0] or session
            self._unwanted = self._unwanted._replace(own_role=own)
        return self._unwanted

    def _send(self, told: Told | None, log: LogObject, marks: Marks, run: _Run) -> bool:
        """Tells what there is to tell, and marks the log file as done; whether no other run did meanwhile."""
        if told is None or not (told.groups or told.unreported):
            marks.put(DONE)
            return True
        marks.claim(time.time(), run.until)
        if DONE in marks.found:
            return False
        try:
            Outputs(self._connection, self._settings, run.place, log, marks).send(told, run.figures)
            marks.put(DONE)
        except BaseException:
            marks.release()
            raise
        return True


def _where(error: BaseException) -> str:
    """The line of code at which an error arose: the text of the error may repeat an event."""
    at, place = error.__traceback__, ""
    while at is not None:
        place, at = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}", at.tb_next
    return place
