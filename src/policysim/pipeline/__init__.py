"""Denied calls on their way from a new log file to the people who are told: the face inside AWS Lambda."""
