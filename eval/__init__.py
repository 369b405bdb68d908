"""Evaluation: questions with evidence, metrics, runs over a library, scorecards. Imports ``rag``; only the faces import it."""
