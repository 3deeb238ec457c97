"""Answers one question of ``rolecall explain``: a sentence or JSON, and an exit code."""

import json

from rolecall.policy import Answer, decide
from rolecall.reports import explain

from ..consoles import answers
from ..exits import ExitCode
from .question import Question

_CODES = {
    Answer.ALLOWED: ExitCode.AS_DECLARED,
    Answer.DENIED: ExitCode.NOT_AS_DECLARED,
    Answer.UNKNOWN: ExitCode.COULD_NOT_TELL,
}


def run(question: Question, *, as_json: bool) -> ExitCode:
    """Decides, prints the answer, and returns the exit code for it.

    Args:
        question: the request with all policies.
        as_json: whether to print one JSON object instead of sentences.
    """
    decision = decide(
        question.request, question.trust, caller=question.caller, guardrails=question.guardrails
    )
    sentence, *reasons = explain(decision, redact=question.redact)
    console = answers()
    if as_json:
        told = {
            "decision": decision.answer.value,
            "reason": " ".join([sentence, *reasons]),
            "sentence": sentence,
            "statements": reasons,
            "sides": {
                "trust": decision.trust.value,
                "caller": decision.caller.value,
                "guardrails": decision.guardrails.value,
            },
        }
        console.print(json.dumps(told, indent=2), soft_wrap=True)
    else:
        console.print(sentence, soft_wrap=True)
        for reason in reasons:
            console.print(f"  {reason}", soft_wrap=True)
    return _CODES[decision.answer]
