"""The only room that reads the user's files, unpacked and with their places; no decisions."""
