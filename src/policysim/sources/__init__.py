"""The only room that opens files, calls AWS, reads templates and archives; no decisions."""
