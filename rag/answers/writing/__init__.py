"""Answers written by a language model: what it is shown, and how each of its sentences is checked."""
