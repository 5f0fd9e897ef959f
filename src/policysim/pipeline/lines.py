"""What the function prints, a JSON object a line: what happened, and metrics in CloudWatch's embedded metric format.

No line holds anything of an event, a policy or a message of AWS: log groups have other readers than reports have.
Source: CloudWatch User Guide, CloudWatch_Embedded_Metric_Format_Specification.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from policysim.catalog.event_sources import prefix_candidates
from policysim.catalog.facts import CATALOGUE
from policysim.evaluation.layers import LayerName

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from policysim.explanation.diagnosis import Diagnosis

UNKNOWN: Final = "unknown"
NO_LAYER: Final = "none"
_LAYERS: Final = frozenset({layer.value for layer in LayerName} | {"trust"})


class CauseKey(NamedTuple):
    """The dimensions of a metric: the code of a cause, a policy layer and a service, each from a closed set."""

    cause: str
    layer: str
    service: str


def cause_key(diagnosis: Diagnosis) -> CauseKey:
    """How a denial is counted."""
    first = diagnosis.hypotheses[0] if diagnosis.hypotheses else None
    decision, denial, event = diagnosis.decision, diagnosis.call.denial, diagnosis.call.event
    layers = (
        first.layer.value if first is not None and first.layer is not None else None,
        decision.layer if decision is not None else None,
        denial.layer if denial is not None else None,
    )
    layer = next((layer for layer in layers if layer in _LAYERS), None)
    candidates = prefix_candidates(event.event_source) if event is not None else ()
    known = frozenset(CATALOGUE.services())
    service = next((prefix for prefix in candidates if prefix in known), UNKNOWN)
    return CauseKey(first.code if first is not None else UNKNOWN, layer or NO_LAYER, service)


def tell(level: str, what: str, **more: object) -> None:
    """One line about what happened: ``what`` is a stable word, ``more`` what an operator needs to find the object."""
    _write({"level": level, "what": what, **more})


def measure_causes(namespace: str, counts: Mapping[CauseKey, int]) -> None:
    """How many denials each cause made."""
    for key, count in counts.items():
        dimensions = {"Cause": key.cause, "Layer": key.layer, "Service": key.service}
        _metrics(namespace, [["Cause"], ["Cause", "Layer", "Service"]], dimensions, {"Denials": count})


def measure_run(namespace: str, figures: Counter[str]) -> None:
    """What became of the log files of a run."""
    if figures:
        _metrics(namespace, [[]], {}, figures)


def _metrics(namespace: str, sets: list[list[str]], dimensions: Mapping[str, str], values: Mapping[str, int]) -> None:
    directive = {
        "Namespace": namespace,
        "Dimensions": sets,
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    told = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    _write({"_aws": told, **dimensions, **values})


def _write(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
