"""Facts about AWS behind small look-ups; no policies and no decisions."""
