"""The words around a number or a name that make it a date, or keep it from being one."""

from __future__ import annotations

import re

from rag.reports.date_words import MONTH, WEEKDAY, B, S

_F = re.IGNORECASE
PREPOSITIONS = (
    "in|on|since|until|till|by|during|before|after|of|from|to|through|throughout|between|and|or|early|late|mid|last|this|next|past|"
    "back|for|around|about|as|than|into|at|over|within|that|the|each|every|like"
)
DATED = re.compile(rf"(?:^|[^\w])(?:{PREPOSITIONS}|mid-|early-|late-)(?:{S}(?:early|late|mid))?[\s-]{{1,3}}\Z", _F)
PLAINLY_DATED = re.compile(
    rf"(?:^|[^\w])(?:in|on|since|until|by|during|early|late|mid|of|last|this|next|past|from|between){S}\Z", _F
)
YEAR_BEFORE = re.compile(
    rf"(?:^|[^\w])(?:in|since|of|until|till|by|from|during|before|after|throughout|through|early|late|mid|year|between|around|about|circa|"
    rf"back{S}in|for|on|to|(?:19|20)\d\d,?(?:{S}(?:and|or|to))?|than)(?:{S}(?:early|late|mid))?(?:[\s-]{{1,3}}|,\s)\Z|\(\Z",
    _F,
)
THE_BEFORE = re.compile(rf"(?:^|[^\w])(?:the|its|his|her|their|our|a|that|this){S}\Z", _F)
NOT_A_YEAR_BEFORE = re.compile(
    r"(?:resolution|no\.?|number|flight|page|room|law|highway|route|about|over|nearly|than|area|block|unit)\s\Z", _F
)
COUNTED = re.compile(
    rf"{S}(?:[^\W\d_]+{S})??(?:men|women|people|troops|soldiers|fighters|peacekeepers|police|civilians|refugees|militants|rebels|"
    r"gunmen|terrorists|euros?|dollars|francs|km|kilomet(?:er|re)s?|miles|met(?:er|re)s|tons?|tonnes|vehicles|villages|schools|"
    r"houses|families|children|victims|members|jihadists|prisoners|migrants|others|more|rounds|cattle|cases|deaths|kg|kilos|percent)"
    + B,
    _F,
)
AND_MONTH = re.compile(rf"(?:{S}(?:and|or|to){S}|[-–]){MONTH}", _F)
TO_DATED_MONTH = re.compile(
    rf"(?:{S}(?:to|until|till|through){S}|\s?[-–—]\s?){MONTH},?{S}(?:(?:of|in){S}|\d{{1,2}},?{S})?(?:19|20)\d\d\b", _F
)
NOT_A_MONTH_BEFORE = re.compile(
    r"(?:^|\W)(?:will|they|he|she|it|we|you|to|can|who|that|men|women|troops|soldiers|police|rebels|fighters|gunmen)\s\Z", _F
)
TO_YEAR = re.compile(rf"{S}(?:to|until|till|through){S}(?:19|20)\d\d\b", _F)
FUNCTION_WORD = re.compile(
    rf"{S}(?:of|in|at|on|the|when|as|by|that|left|were|was|had|has|which|for|near|against|with|after|before|during|and|or|but|to)"
    + B
)
LOWER_WORD = re.compile(rf"{S}[a-z]")
MODAL = re.compile(rf"{S}(?:be|have|not|also|well|yet|still|only|even|never|include|become)" + B, _F)
NOT_A_DAY_AFTER = re.compile(
    rf"{S}(?:[^\W\d_]+{S})?(?:battalion|brigade|regiment|division|parallel|century|anniversary|floor|time|attempt|attack|hour|round|district|"
    r"arrondissement|company|group|army|infantry|armou?red|airborne|marines?|corps|fleet|special|place|person|man|soldier|victim|edition|week|month|year|"
    r"summit|session|congress|street|avenue|squadron|case|part|largest|biggest|most|member|country|graders?)" + B,
    _F,
)
ORDINAL_BEFORE = re.compile(
    rf"(?:^|[^\w])(?:on|by|until|till|from|to|since|into|before|after|of|around|between|and|or|through|was|is|"
    rf"{WEEKDAY.replace('?P<weekday>', '?:')})"
    rf",?{S}(?:the{S})?(?:(?:night|evening|morning|afternoon|dawn){S}of{S})?(?:the{S})?\Z",
    _F,
)
STRONG = re.compile(r"(?:^|\W)(?:in|since|late|early|mid|during)[\s-]\Z", _F)
PERIOD = re.compile(r"(?:^|\W)(?:in|since|by|during)\s\Z", _F)
ON = re.compile(r"(?:^|\W)on\s\Z", _F)
THIS = re.compile(r"(?:last|this|next)\s\Z", _F)
SPRING = re.compile(r"(?:^|\W)(?:in|since|until|last|this|next|past|late|early)\s(?:the\s)?\Z", _F)
SEASONAL = re.compile(r"(?:^|\W)(?:in|since|until|last|this|next|past|late|early|mid|of|during|by|over)[\s-](?:the\s)?\Z", _F)


def behind(text: str, pos: int) -> str:
    """The characters before a position, as many as the patterns above look at."""
    return text[max(0, pos - 40) : pos]


def glued(text: str, pos: int) -> bool:
    """Whether the digits at ``pos`` go on to the left, as in 13,000 or $20 or A-10."""
    return pos > 0 and ((text[pos - 1] in "$€£.,_#/-" and (pos < 2 or not text[pos - 2].isspace())) or text[pos - 1] in "$€£#")
