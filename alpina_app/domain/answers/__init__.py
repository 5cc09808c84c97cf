"""Answers to questions: what a user wrote, as the value that is stored.

Source: scenario-format "Answers" and "Fine print".
"""

from alpina_app.domain.answers.parsing import Accepted, Rejected, parse_answer

__all__ = ["Accepted", "Rejected", "parse_answer"]
