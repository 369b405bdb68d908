"""Answers made of several: questions asked in parts, lists and counts, rows of things in one sentence."""
