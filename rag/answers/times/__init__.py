"""Answers from the order of events: dates given differently, spans of time, first and last, the day an event has."""
