"""CloudTrail records as pydantic models: untrusted shapes are checked here, unknown fields are kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """One CloudTrail record."""

    model_config = ConfigDict(extra="allow", frozen=True)
