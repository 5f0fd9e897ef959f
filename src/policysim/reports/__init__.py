"""One document model, and a thin renderer for each format; no decisions."""
