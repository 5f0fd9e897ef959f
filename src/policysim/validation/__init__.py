"""Is this document one that AWS saves, and does it do what its author means? Findings, never decisions."""
