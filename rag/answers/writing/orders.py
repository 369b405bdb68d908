"""Passages that speak to a machine instead of to a reader: they are shown to no model and carry no sentence of one.

Words are facts of languages and of how models are addressed, not of any report. A report that merely mentions an order given to
people ("the army ordered villagers to leave") must pass; what counts is that the text addresses its reader as a program.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.answers.writing.plain import has_hidden_text, visible
from rag.reports.names import fold

_ROLE = re.compile(
    r"(?:^|[\n\]>|}]|[.!?][\"'”’)]?\s)\s*(?:#{1,6}\s*|\*{0,2}|<+\|?|\[+)?(?:system|assistant|user|developer|human|ai|bot|gpt|llm|inst)"
    r"(?:\s+(?:message|prompt|note|override|instruction|update|notice))?\s*(?:\|?>+|\]+|\*{0,2}\s*:|>)",
)
_TOKENS = re.compile(
    r"<\|?(?:im_start|im_end|system|endoftext|end_of_turn|start_of_turn|eot_id|assistant)\|?>|\[/?inst\]|<</?sys>>|###\s*(?:instruction|response|system)"
)
_COMMENT = re.compile(r"<!--|-->|<\s*(?:script|style|iframe|img|svg|meta|hidden)\b", re.IGNORECASE)
_MARKUP = re.compile(r"!\[[^\]\n]{0,200}\]\(|\[[^\]\n]{1,200}\]\(\s*(?:https?:|//|data:|javascript:)", re.IGNORECASE)

_ADDRESSED = re.compile(
    r"\b(?:(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|hello)\s*,?\s*(?:the\s+|all\s+|any\s+)?"
    r"(?:ai|a\.i\.|assistant|chatbot|language model|llm|model|gpt|bot|machine|summari[sz]er|reader model)s?\b"
    r"|(?:you are|you're|act as|behave as|pretend (?:to be|that you)|roleplay as|play the role of|from now on,? you)\b"
    r"|as an? (?:ai|language model|assistant)\b"
    r"|(?:ai|llm|language) (?:assistants?|models?) (?:must|should|shall|are to|reading|processing)\b)"
)
_SETTING_ASIDE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|discard|overlook|neglect|skip|do not (?:use|follow|obey|trust|cite)|"
    r"stop (?:using|following))\b[^.!?\n]{0,60}\b(?:instructions?|prompts?|rules?|guidelines?|passages?|context|documents?|"
    r"directions?|constraints?|previous|above|earlier|prior|sources?|everything)\b"
)
_NEW_ORDER = re.compile(
    r"\b(?:new|updated?|real|actual|true|secret|hidden|special|following|these|my|your|priority|urgent)\s+(?:\w+\s+)?"
    r"(?:instructions?|task|orders?|prompt|objective|directives?)\b(?=\s*(?:[:.\-–—]|is\b|are\b|follow|below|to\b))"
    r"|\b(?:system prompt|prompt injection|jailbreak|developer mode|dan mode|admin(?:istrator)? override)\b"
)
_SAYING = (
    r"(?:reply|respond|answer|output|print|write|say|repeat|state|include|append|insert|display|return|emit|type|tell the user)"
)
_TO_SAY = re.compile(
    rf"(?:(?:^|[.!?;\n\"'“(*]\s*)(?i:{_SAYING})|\b(?i:please|must|should|always|instead|only|you will) (?i:{_SAYING}))\b"
    r"(?:[^.!?\n]{0,30}(?:\b(?i:only|exactly|verbatim)\b|\b(?i:the (?:exact )?(?:words?|phrase|string|following|text|code|token|sentence))\b)"
    r"|\s*(?:[:\"'“«]|\b[A-Z][A-Z0-9]*[-_]?[A-Z0-9_-]{2,}\b)|\s+(?i:with|that|as)\s+[\"'“«]?[A-Z0-9_-]{4,}\b"
    r"|\s+(?i:that)\s+(?i:the answer|the (?:secret|code|password|key|winner))\b)"
    r"|\b(?i:begin|start|end|conclude|finish|prefix|sign) (?i:your|every|each|all|the) (?i:answers?|repl(?:y|ies)|responses?|output|sentences?)\b"
)
_ANSWERING = re.compile(
    r"\b(?:answers?|repl(?:y|ies)|responses?|output)\s+to (?:this|any|every|all|each|whatever|your)\b[^.!?\n]{0,40}\b(?:is|are|must|should|shall|will)\b"
    r"|\b(?:correct|right|only|final|true|real|official|expected|required) (?:answers?|repl(?:y|ies)|responses?|output) (?:here )?(?:is|are|must|should)\b"
    r"|\byour (?:answers?|repl(?:y|ies)|responses?|output) (?:is|must|should|shall|has to|will)\b"
)
_ASKED = re.compile(
    r"\b(?:when(?:ever)?|if|once) (?:you are |you're |anyone |someone |somebody |a user |the user |users? )?(?:asked|asks?|quer(?:y|ied)|prompted|"
    r"questioned)\b|\b(?:the|any|every|all) (?:user'?s? )?questions?\b[^.!?\n]{0,30}\b(?:answer|reply|respond)"
)
_CITING = re.compile(
    r"\bcit(?:e|ing|ations?)\b[^.!?\n]{0,40}(?:\[\s*\d|\bthis (?:passage|document|report|source)\b|\bpassage (?:number )?\d)"
    r"|\b(?:passage|source|document) \[?\d\]? (?:says|proves|confirms|is the only|overrides)\b"
)
_GAP = r"[^.!?。！？\n]{0,50}"
_COLON = r"[^.!?。！？\n]{0,30}"
_OTHER_LANGUAGES = re.compile(
    "|".join(
        (
            rf"\b(?:ignore[zrs]?|oublie[zrs]?|ne tene[zr] pas compte)\b{_GAP}\b(?:instructions?|consignes?|passages?|precedent\w*)",
            rf"\b(?:repond(?:s|ez|re)|ecri(?:s|vez)|dites|affiche[zr]?)\b{_COLON}(?:[:\"«“]|seulement|uniquement|exactement)",
            rf"\b(?:ignor[ae]|olvid[ae]|descart[ae]|desatiend[ae])\b{_GAP}\b(?:instruc\w*|indicacion\w*|anterior\w*|pasajes?|contexto)",
            rf"\b(?:respond[ae]|escrib[ae]|diga|contest[ae])\b{_COLON}(?:[:\"«“]|solo|solamente|unicamente|exactamente)",
            rf"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b{_GAP}"
            r"\b(?:anweisung\w*|anleitung\w*|regeln|textstellen|bisherig\w*|vorherig\w*|obig\w*)",
            rf"\b(?:antworte\w*|schreib\w*|gib)\b{_COLON}(?:[:\"„“]|\bnur\b|\bgenau\b|\bausschliesslich\b)",
            rf"\b(?:ignore|esqueca|desconsidere)\b{_GAP}\b(?:instruc\w*|anterior\w*|trechos?|acima)",
            rf"\b(?:responda|escreva)\b{_COLON}(?:[:\"“]|apenas|somente)",
            rf"\b(?:ignora|dimentica)\w*\b{_GAP}\b(?:istruzion\w*|precedent\w*)",
            rf"\b(?:rispondi|scrivi)\b{_COLON}(?:[:\"“]|solo|soltanto|esattamente)",
            rf"\b(?:negeer|vergeet)\b{_GAP}\b(?:instructies|opdracht\w*|vorige|eerdere)|\b(?:zignoruj|ignoruj)\b",
            rf"(?:игнорир\w*|забудь\w*|не обращаи\w*|не обращай\w*){_GAP}",
            rf"(?:ответь\w*|отвечаи\w*|отвечай\w*|напиши\w*|скажи\w*){_COLON}(?:[:\"«]|только|слово)",
            rf"(?:تجاهل|اهمل){_GAP}|(?:اجب|اكتب|قل){_COLON}(?:[:\"«]|فقط)",
            rf"(?:忽略|无视|忘记|不要理会){_GAP}|(?:回答|回复|输出|只说){_COLON}(?:[:：“\"「]|只)",
            r"無視して|無視し|指示を忘れ|무시하|잊어버|yoksay\w*|gormezden gel\w*|अनदेखा|भूल जा",
        )
    )
)
_SURE = (_TOKENS, _ROLE, _SETTING_ASIDE, _ADDRESSED, _OTHER_LANGUAGES, _ASKED, _NEW_ORDER, _ANSWERING, _CITING)


@lru_cache(maxsize=4096)
def speaks_to_machines(text: str) -> bool:
    """Whether a passage tries to direct whatever program reads it.

    Args:
        text: A passage, as stored.

    Returns:
        True when it holds an order to a program, a fake message of another speaker, hidden words, or live markup.
    """
    if has_hidden_text(text) or _hides_letters(text) or _COMMENT.search(text) or _MARKUP.search(text):
        return True
    seen = visible(text)
    folded = fold(unicodedata.normalize("NFKC", seen))
    if any(pattern.search(folded) for pattern in _SURE):
        return True
    # Capitals tell a code word from a word here.
    return _TO_SAY.search(unicodedata.normalize("NFKC", seen)) is not None


def _hides_letters(text: str) -> bool:
    """Zero-width characters between ASCII letters: they only serve to keep a word from being found."""
    return re.search(r"[A-Za-z][\u200b-\u200f\u2060-\u2064\ufeff\u00ad]+[A-Za-z]", text) is not None
