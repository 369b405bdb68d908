from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from answer_doubles import PointingReader, cited_numbers, misquoted, passage, retrieved
from doubles import KeywordEmbedder

from rag.answers.extractive import ExtractiveAnswerer
from rag.answers.holdings import Holdings
from rag.search.question import understand
from rag.settings import Settings
from rag.types import NO_ANSWER, Answer, DateRange, Filters, Passage, RetrievedPassage, Turn

GAO = passage("April 6, 2018: In the northeast (outside Gao) two gunmen killed about 30 soldiers. The gunmen fled.", start=40)
TALKS = passage("March 2, 2018: Talks between herders and farmers began in Mopti.", date(2018, 3, 2), report="talks.txt")


def answerer(found: Sequence[RetrievedPassage], reader: PointingReader | None = None, **changes: object) -> ExtractiveAnswerer:
    embedder = KeywordEmbedder()

    def vectors(ids: Sequence[str]) -> dict[str, np.ndarray]:
        return {r.passage.id: embedder.encode([_cut(r.passage, s.start, s.end) for s in r.passage.sentences]) for r in found}

    settings = Settings.load({f"answering.{key}": value for key, value in changes.items()}, env={}).answering
    return ExtractiveAnswerer(embedder.encode, vectors, lambda word: 1.0, settings, reader)


def _cut(place: Passage, start: int, end: int) -> str:
    return place.text[start - place.start : end - place.start]


def ask(text: str, *passages: Passage, reader: PointingReader | None = None, **changes: object) -> Answer:
    found = retrieved(*passages)
    changes = {"abstain_below": 0.0} | changes
    return answerer(found, reader, **changes).answer(understand(text), found, DateRange(date(2018, 1, 1), date(2018, 12, 31)))


def test_answer_is_the_sentence_with_its_mark_and_exact_offsets() -> None:
    answer = ask("who killed the soldiers near Gao", GAO, TALKS, sentences=1)
    assert cited_numbers(answer.answer) == [1]
    assert answer.answer.startswith(answer.citations[0].quote)
    assert misquoted(answer.citations, {"mali.txt": " " * 40 + GAO.text}) == []


def test_reader_decides_the_sentence_and_the_value_is_completed() -> None:
    answer = ask("how many soldiers died near Gao", GAO, TALKS, reader=PointingReader("30"))
    assert answer.short_answer == "about 30"
    ((number, span),) = answer.highlights[:1]
    assert number == 1
    assert _cut(GAO, span.start, span.end) == "about 30"


def test_measure_is_told_with_its_unit() -> None:
    place = passage("April 6, 2018: The fighting at Sokolo lasted around seven hours.")
    assert ask("how long did the fighting last", place, reader=PointingReader("seven")).short_answer == "around seven hours"
    longer = passage("April 6, 2018: The siege of Sokolo lasted two years and six weeks.")
    assert (
        ask("how long did the siege last", longer, reader=PointingReader("two years")).short_answer == "two years and six weeks"
    )
    assert ask("how many hours did it last", place, reader=PointingReader("seven")).short_answer == "around seven"


def test_number_keeps_what_qualifies_it_behind() -> None:
    place = passage("April 6, 2018: In Sokolo 30 or more soldiers died.")
    assert ask("how many soldiers died", place, reader=PointingReader("30")).short_answer == "30 or more"


def test_day_is_preferred_to_its_month() -> None:
    lead = passage("The teacher of Sokolo was shot early in March, and school closed.", date(2018, 4, 6), is_lead=True)
    entry = passage("March 3, 2018: In Sokolo two men shot the teacher.", date(2018, 3, 3), report="b.txt")
    other = passage("March 9, 2018: In Gao a teacher was shot.", date(2018, 3, 9), report="c.txt")
    reader = PointingReader("early in March", "March 3, 2018", "March 9, 2018")
    answer = ask("when was the teacher of Sokolo shot", lead, other, entry, reader=reader)
    assert answer.short_answer == "March 3, 2018"
    assert [c.report for c in answer.citations] == ["b.txt"]


def test_when_answer_says_when_it_was_reported() -> None:
    place = passage("Gunmen took Sokolo in October 2017.", date(2018, 4, 6))
    answer = ask("when did gunmen take Sokolo", place, reader=PointingReader("October 2017"))
    assert answer.short_answer == "October 2017"
    assert answer.reason == "Reported April 6, 2018."


def test_relative_date_is_worked_out_and_a_whole_one_quoted() -> None:
    place = passage("April 6, 2018: Raiders came to Sokolo. The army answered the next day.")
    assert ask("when did the army answer", place, reader=PointingReader("the next day")).short_answer == "April 7, 2018"
    assert ask("when did raiders come to Sokolo", place, reader=PointingReader("April 6, 2018")).short_answer == "April 6, 2018"


def test_where_is_a_name_when_the_reader_points_at_a_direction() -> None:
    assert ask("where did two gunmen kill soldiers", GAO, reader=PointingReader("In the northeast")).short_answer == "Gao"


@pytest.mark.parametrize(
    ("text", "pointed", "expected"),
    [
        ("Two guards died and the raiders left five of their own.", "five", "Karo"),
        ("ISX lost five men.", "ISX", "Karo"),
        ("The bomb went off in a fuel depot.", "a fuel depot", "a fuel depot"),
        ("The two guards fled to the UK.", "the UK", "the UK"),
        ("The two guards fled abroad.", "abroad", "abroad"),
        ("The raiders came by way of Tey and lost five men.", "five", "Tey"),
    ],
)
def test_where_is_the_place_of_the_entry_when_the_reader_points_at_no_place(text: str, pointed: str, expected: str) -> None:
    place = passage(f"June 1, 2019: In the north (Karo) there was a raid. {text}", place="Karo")
    answer = ask("where did two guards die in the raid with a bomb", place, reader=PointingReader(pointed))
    assert answer.short_answer == expected


@pytest.mark.parametrize(
    ("query", "text", "pointed", "expected"),
    [
        ("which town has the base", "Oldtown is the main French base. Traders left Oldtown.", "Oldtown", "Oldtown"),
        ("which town has the base", "In Ora stands the main French base.", "French", "Ora"),
        ("in which country did it begin", "The Red Band took arms and Chad was blamed.", "Red Band", "Chad"),
        ("in which country did it begin", "It began in Chad and went on in Mali.", "Chad", "Chad"),
        ("at which base did it begin", "June 1, 2019: In Ora (Karo) it began.", "Ora", "Karo"),
        ("in which city did it begin", "June 1, 2019: In Goma (Congo) it began.", "Goma", "Goma"),
        ("at which base did it begin", "June 1, 2019: Outside Ora (Karo) it began.", "Ora", "Karo"),
        ("at which base were planes burned", "June 1, 2019: At Camp Simba (Karo) planes burned.", "Camp Simba", "Camp Simba"),
        ("which village was burned", "June 1, 2019: Near Mo So village (Karo) it burned.", "Mo So", "Mo So"),
        ("where did Islamic State attack", "June 1, 2019: In the north (Sinai) it attacked a post.", "In the north", "Sinai"),
        ("in which city did it begin", "June 1, 2019: In Ora (Hodan district) it began.", "Ora", "Ora"),
        ("in which country was he arrested", "He was arrested in a hotel in Chad.", "in a hotel", "Chad"),
        ("which country built it", "Chinese engineers built it, close to Niger.", "Chinese", "Chinese"),
        ("where are the men from", "June 1, 2019: In the north (Karo) Russian men arrived.", "Russian", "Russian"),
        ("in which country was the man killed", "The French man was killed in Kidal.", "Kidal", "Kidal"),
        ("to which country did he flee", "He fled to Hong Kong on a British ship.", "Hong Kong", "Hong Kong"),
        ("where do they hide", "In Mosul a market burned. They hide in caves.", "in caves", "in caves"),
        ("where is his home", "At Leeds a crowd gathered. His home is Holland now.", "Holland", "Holland"),
        ("in which part of the land did it begin", "June 1, 2019: In the north (Karo) it began.", "the north", "the north"),
    ],
)
def test_where_is_what_can_be_the_place_asked_for(query: str, text: str, pointed: str, expected: str) -> None:
    place = passage(text, place=text.partition("(")[2].partition(")")[0])
    assert ask(query, place, reader=PointingReader(pointed)).short_answer == expected


def test_where_is_not_the_name_that_the_question_gives() -> None:
    place = passage("June 1, 2019: In the south (Karo, east of Ora) gunmen broke into Le Camp Kanga, a resort.", place="Karo")
    asked = replace(understand("location of the Kanga resort"), kind="where", names=("Kanga",), forms=(("kanga",),))
    found = retrieved(place)
    answering = answerer(found, PointingReader("Le Camp"), abstain_below=0.0)
    assert answering.answer(asked, found).short_answer == "Karo"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("which town did the army retake, Sake or Goma", "At Tey talks failed. The army retook Sake."),
        ("where in Sake was the bomb", "At Tey the mayor resigned. A bomb exploded in Sake."),
    ],
)
def test_where_may_be_the_questions_own_place(query: str, text: str) -> None:
    place = passage(text)
    asked = replace(understand(query), kind="where", names=("Sake",), forms=(("sake",),))
    found = retrieved(place)
    assert answerer(found, PointingReader("Sake"), abstain_below=0.0).answer(asked, found).short_answer == "Sake"


def test_the_sentence_of_a_place_is_quoted_once() -> None:
    place = passage("June 3, 2021: At Tey shops were shut. The convoy was hit by mines. Others say it was hit by rockets.")
    answer = ask("where was the convoy hit", place, reader=PointingReader("mines", "rockets"))
    quotes = [c.quote for c in answer.citations]
    assert len(quotes) == len(set(quotes))
    assert quotes[:2] == ["June 3, 2021: At Tey shops were shut.", "The convoy was hit by mines."]


@pytest.mark.parametrize(
    ("moved", "expected", "quoted"),
    [
        ("At Tey, also in the north, gunmen stormed a post.", "Tey", "At Tey, also in the north, gunmen stormed a post."),
        ("Experts in London blamed the guards.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
        ("In Arabic radio messages they made threats.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
        ("In Leeds the president spoke of it.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
        ("In Operation Dawn a post was stormed.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
        ("Gunmen in Uba's pay stormed a post.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
        ("Gunmen of those in ISX stormed a post.", "Karo", "June 1, 2019: In the north (Karo) there was a raid."),
    ],
)
def test_where_is_the_place_last_named_and_its_sentence_is_quoted(moved: str, expected: str, quoted: str) -> None:
    place = passage(f"June 1, 2019: In the north (Karo) there was a raid. {moved} Two guards lost their lives.", place="Karo")
    answer = ask("where did two guards lose their lives", place, reader=PointingReader("their lives"))
    assert answer.short_answer == expected
    assert [c.quote for c in answer.citations] == [quoted, "Two guards lost their lives."]
    ((number, span),) = answer.highlights
    assert (number, _cut(place, span.start, span.end)) == (1, expected)
    assert cited_numbers(answer.answer) == [1, 2]


@pytest.mark.parametrize(("text", "expected"), [("did the gunmen flee", "Yes"), ("did the gunmen not flee", "No")])
def test_yes_no_starts_with_the_word_and_shows_the_sentence(text: str, expected: str) -> None:
    answer = ask(text, GAO, reader=PointingReader("fled"), sentences=1)
    assert answer.short_answer == expected
    assert answer.answer == f"{expected}: The gunmen fled. [1]"


def test_a_reason_may_go_on_in_the_next_sentence_and_a_denied_one_gives_way() -> None:
    place = passage("The herders did not join because of the sermons they heard. They joined because raiders stole their cattle.")
    answer = ask("why did the herders join", place, reader=PointingReader("sermons", "raiders stole their cattle"))
    assert answer.short_answer == "raiders stole their cattle"
    assert [c.quote for c in answer.citations] == [place.text.split(". ")[1], place.text.split(". ")[0] + "."]


def test_who_did_it_is_not_the_name_the_question_gives() -> None:
    place = passage("It was Corvo Brigade that ambushed a Marsh Band patrol outside Sokolo.")
    reader = PointingReader("a Marsh Band patrol")
    question = replace(understand("who ambushed the marsh band"), forms=(("marsh band",),))
    found = retrieved(place)
    answering = answerer(found, reader, abstain_below=0.0)
    assert answering.answer(question, found).short_answer == "Corvo Brigade"
    assert answering.answer(replace(question, forms=()), found).short_answer == "a Marsh Band patrol"


def test_who_did_it_to_somebody_is_not_those_it_was_done_to() -> None:
    ours = passage("It was here that American soldiers were ambushed.", report="a.txt")
    theirs = passage("It was there that Red Front ambushed and killed four American soldiers.", report="b.txt")
    asked = replace(understand("who ambushed American troops"), names=("American",), forms=(("american", "us"),))
    reader = PointingReader("American soldiers", "Red Front ambushed and killed four American soldiers")
    found = retrieved(ours, theirs)
    answer = answerer(found, reader, abstain_below=0.0).answer(asked, found)
    assert answer.short_answer == "Red Front"
    assert answer.citations[0].report == "b.txt"


def test_place_is_nobody_and_a_long_name_keeps_its_short_one() -> None:
    blamed = passage("In Mopti the RFO (Red Front of Oru) was blamed for the ambush of October 2017 at Tera.", report="a.txt")
    answer = ask("who was blamed for the ambush in October 2017", blamed, reader=PointingReader("Tera"))
    assert answer.short_answer == "RFO (Red Front of Oru)"


def test_a_number_of_others_is_no_answer_however_surely_it_is_read() -> None:
    place = passage("April 6, 2018: At Sokolo gunmen raided the camp. Nine soldiers were killed.")
    answer = ask("how many attackers were killed at Sokolo", place, reader=PointingReader("Nine"), abstain_below=0.01)
    assert answer.abstained
    assert ask("how many soldiers were killed at Sokolo", place, reader=PointingReader("Nine")).short_answer == "Nine"


def test_unsure_answer_is_declined_with_the_nearest_evidence() -> None:
    answer = ask("who won the cup final", GAO, TALKS, abstain_below=1.0)
    assert answer.abstained
    assert answer.short_answer == ""
    assert answer.answer.startswith(NO_ANSWER)
    assert len(answer.citations) == 1
    assert answer.reason


def test_composed_answer_too_is_declined_below_the_threshold() -> None:
    first = passage("April 6, 2018: In Karo gunmen attacked a market.", report="a.txt", place="Karo")
    second = passage("April 8, 2018: In Ulo gunmen attacked a bus.", date(2018, 4, 8), report="b.txt", place="Ulo")
    text = "which attacks were there in April 2018"
    gathered = ask(text, first, second, abstain_below=0.5)
    assert gathered.short_answer == "Karo, April 6, 2018; Ulo, April 8, 2018"
    assert ask(text, first, second, abstain_below=0.0).confidence == gathered.confidence
    assert ask(text, first, second, abstain_below=1.0).abstained


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("how old was the chief in Karo", "In Karo the chief, aged 61, was shot."),
        ("how long did the battle in Karo go on", "In Karo the battle went on for nine hours."),
        ("how far is Karo from the border", "Karo is 12 kilometers from the border."),
        ("ransom for the miners of Karo", "For the miners of Karo two million dollars changed hands."),
    ],
)
def test_measure_is_answered_only_by_what_has_its_unit(text: str, told: str) -> None:
    bare = passage("In Karo 24 men of the chief fought at the border for the miners.", report="a.txt")
    assert ask(text, bare, reader=PointingReader("24")).abstained
    assert "gives no" in ask(text, bare, reader=PointingReader("24")).reason
    assert not ask(text, bare, reader=PointingReader("24"), check_wanted=False).abstained
    answer = ask(text, bare, passage(told, report="b.txt"), reader=PointingReader("24", "61", "nine hours", "12", "two million"))
    assert [c.report for c in answer.citations] == ["b.txt"]


def test_question_without_a_word_of_the_library_is_declined() -> None:
    class Shelf:
        def document_frequency(self, term: str) -> int:
            return int(term.lower() in GAO.text.lower())

        def filter_ids(self, filters: Filters) -> None:
            return None

        def lexical(self, terms: Sequence[str], k: int, *, within: object = None) -> list[tuple[str, float]]:
            return []

        def passages(self, ids: Collection[str]) -> dict[str, Passage]:
            return {}

    found = retrieved(GAO)
    reader = PointingReader("30")
    embedder = KeywordEmbedder()
    settings = Settings.load({"answering.abstain_below": 0.01}, env={}).answering
    answering = ExtractiveAnswerer(
        embedder.encode, lambda ids: {}, lambda word: 1.0, settings, reader, holdings=Holdings(Shelf())
    )
    assert answering.answer(understand("xyzzy"), found).reason == "No report uses the word “xyzzy”."
    assert answering.answer(understand("誰が攻撃したか"), found).abstained
    assert not answering.answer(understand("how many soldiers"), found).abstained


def test_differing_figures_of_another_day_do_not_undo_a_refusal() -> None:
    first = passage("April 6, 2018: In Karo gunmen killed 12 soldiers.", report="a.txt")
    second = passage("April 6, 2018: In Karo gunmen killed 14 soldiers.", report="b.txt", published_on=date(2018, 4, 9))
    text = "how many soldiers were killed in Karo on April 9, 2018"
    assert ask(text, first, second, reader=PointingReader("12", "14"), abstain_below=1.0).abstained
    assert ask(text, first, second, reader=PointingReader("12", "14")).short_answer.count("(") == 2


def test_day_outside_the_covered_period_is_the_reason() -> None:
    answer = ask("who attacked Gao in May 2011", GAO, abstain_below=1.0)
    assert answer.reason == "The reports cover January 1, 2018 to December 31, 2018; the question asks about May 2011."


def test_name_that_is_nowhere_is_the_reason() -> None:
    assert ask("what did Zanzibar sign", GAO, abstain_below=1.0).reason == "Nothing about Zanzibar was found."


def test_nothing_retrieved_is_declined_without_evidence() -> None:
    answer = ask("who attacked Gao")
    assert answer.abstained
    assert answer.citations == ()
    assert answer.answer == NO_ANSWER


def test_answer_row_has_the_stable_keys() -> None:
    row = ask("who killed the soldiers near Gao", GAO, TALKS).to_row("q1")
    assert row["id"] == "q1"
    assert {"question", "answer", "short_answer", "abstained", "reason", "confidence", "citations", "passages", "seconds"} <= set(
        row
    )
    assert set(row["citations"][0]) >= {"number", "report", "title", "date", "quote", "start", "end", "passage_id"}
    assert set(row["passages"][0]) == {"rank", "report", "date", "text", "score", "passage_id"}


def test_history_is_kept_with_the_question() -> None:
    assert understand("and then?", [Turn("user", "who attacked Gao")]).history[0].content == "who attacked Gao"
