from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from answer_doubles import passage, retrieved

from rag.answers.composition import Composition
from rag.answers.evidence import FEATURES, score_sentences
from rag.answers.verdict import contradicts, outcome_verdict
from rag.search.question import understand
from rag.types import Passage

RAID = passage(
    "May 2, 2019: At Oldtown gunmen raided the barracks. Nobody was hurt that time. The raid cost them two cars.",
    date(2019, 5, 2),
)
FIGHT = passage(
    "May 3, 2019: At Newtown French and Malian soldiers met raiders. Some 30 raiders were killed, and the French had no losses.",
    date(2019, 5, 3),
    report="b.txt",
)
BLAST = passage(
    "May 4, 2019: At Hilltown a bomb went off. It killed four civilians and wounded six soldiers.",
    date(2019, 5, 4),
    report="c.txt",
)


def verdict(text: str, *passages: Passage) -> Composition | None:
    question = understand(text)
    weights = [1.0 if name == "cover" else 0.0 for name in FEATURES]
    scored = score_sentences(question, retrieved(*passages), np.zeros(4, np.float32), {}, lambda word: 1.0, weights)
    return outcome_verdict(question, scored, passages, lambda word: 1.0)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("did the gunmen flee", "The gunmen did not flee.", True),
        ("did the gunmen not flee", "The gunmen did not flee.", False),
        ("did the inquiry criticize the planning", "The team, which had eleven men and not twelve, met poor planning.", False),
        ("did the union sign the deal", "The deal went ahead, without the union.", True),
        ("was the count of 20 confirmed", "The count was 20, which nobody has checked.", True),
        ("were the planes armed", "They sent four planes, which carried no weapons.", True),
        ("did raiders storm the camp", "Raiders stormed the camp, which they did not hold for long.", False),
        (
            "did it find fault with the planning of the mission",
            "The team was not ready for a mission and met poor planning.",
            False,
        ),
        ("did the gunmen flee", "Rain fell and no bird sang.", False),
        ("was the camp attacked", "The camp was attacked not only once.", False),
        ("did all five towns vote", "A vote was held in three towns out of the five.", True),
        ("did all five towns vote", "All five towns held a vote.", False),
        ("does the paper have the right day for the raid", "The paper, wrongly it seems, dates the raid to May 3.", True),
        ("have the hostages been released", "The hostages are still being held.", True),
        ("is it established who laid the mine", "Who laid the mine they have yet to establish.", True),
        ("was the bridge hit after the raid", "The bridge was hit before the raid.", False),
        ("was the entire patrol killed", "The entire patrol was killed in the southern part of the district.", False),
        ("were all five guards deployed", "All five guards were deployed as part of the mission.", False),
        ("did gunmen open fire on the base", "Gunmen fired on the base close to the airport.", False),
        ("did the troops enter Oldtown", "The troops took Oldtown after the rebels left.", False),
        ("was it the wrong village", "The village is home to a human rights office.", False),
        ("Did the talks fail?", "The talks failed.", False),
        ("Did the talks fail?", "The talks were a success.", True),
        ("Did the army deny the raid?", "The army denied the raid.", False),
        ("Did the army deny the raid?", "The army did not deny the raid.", True),
        ("Did the consul refuse to sign?", "The consul refused to sign.", False),
        ("Wasn't the pilot found?", "The pilot was found.", False),
        ("Isn't the road open?", "The road is not open.", True),
        ("Was the pilot not found?", "The pilot was found.", True),
        ("Were any bombs found that had not gone off?", "A patrol found three unexploded bombs.", False),
        ("Was the mayor arrested?", "No fewer than 30 police came when the mayor was arrested.", False),
        ("Was the mayor of Corvo arrested in Corvo?", "The mayor was arrested without a warrant.", False),
        ("Was the camp attacked in March?", "The camp was attacked not long after the feast.", False),
        ("Did the minister resign?", "The minister declined to resign.", True),
        ("Did the minister resign?", "The minister rejected calls to resign.", True),
        ("Was the fort retaken?", "The army was unable to retake the fort.", True),
        ("Was the fort retaken?", "The army cancelled the plan to retake the fort.", True),
        ("Was the fort retaken?", "The army has yet to retake the fort.", True),
        ("Was the mayor arrested?", "The mayor avoided arrest.", True),
        ("Was the mayor arrested?", "Reports that the mayor was arrested are false.", True),
        ("Was the porter arrested?", "The porter was falsely accused and arrested.", False),
        ("Was the bridge destroyed?", "The bridge was almost destroyed.", True),
        ("Was the consul arrested?", "The consul was arrested over accounts that were false.", False),
        ("Did the nurse testify?", "The nurse testified that the alibi was false.", False),
        ("Was the bridge destroyed?", "The flood destroyed the bridge and almost destroyed the school.", False),
        ("Did the ship explode?", "The ship nearly exploded.", True),
        ("Were there more raids in Corvo?", "No more raids were reported in Corvo.", True),
        ("Were there any more raids?", "There were no more raids.", True),
        ("Did the law come into force?", "The court ruled that the law comes into force so far as it is printed.", False),
    ],
)
def test_only_the_clause_about_what_is_asked_can_contradict(query: str, text: str, expected: bool) -> None:
    assert contradicts(query, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("was anybody injured in the Oldtown raid", "No"),
        ("did the French take casualties at Newtown", "No"),
        ("were any civilians killed at Hilltown", "Yes"),
        ("was anybody hurt at Hilltown", "Yes"),
    ],
)
def test_what_befell_them_is_told_by_all_sentences_of_the_event(text: str, expected: str) -> None:
    found = verdict(text, RAID, FIGHT, BLAST)
    assert found is not None
    assert found.short == expected
    assert len(found.quotes) == 1


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("Were soldiers killed at Corvo?", "A mine killed three soldiers, but no civilians were killed.", "Yes"),
        ("Were soldiers killed at Corvo?", "No civilians were killed.", None),
        ("Were soldiers killed at Corvo?", "A soldier was killed.", "Yes"),
        ("Were soldiers killed at Corvo?", "Soldiers killed a farmer.", None),
        ("Were any soldiers killed at Corvo?", "A mine killed no fewer than nine soldiers.", "Yes"),
        ("Were any soldiers killed at Corvo?", "Nine soldiers were killed without warning.", "Yes"),
        ("Were any soldiers killed at Corvo?", "Nine soldiers were killed when the brakes failed.", "Yes"),
        ("Were any soldiers killed at Corvo?", "Nine soldiers were killed by gunmen not yet known.", "Yes"),
        ("Were any soldiers killed at Corvo?", "The guns killed nobody.", "No"),
        ("Did gunmen kill a guard at Corvo?", "The gunmen tried to kill a guard.", None),
        ("Was anyone killed at Corvo?", "The mayor was killed. No soldiers died.", "Yes"),
        ("Was anyone killed at Corvo?", "The mayor was not killed.", None),
        ("Was anyone killed at Corvo?", "Three soldiers were killed, but nobody else died.", "Yes"),
        ("Wasn't anyone hurt at Corvo?", "Nobody was hurt.", "No"),
        ("Were there deaths at Corvo?", "Nobody died.", "No"),
        ("Was the mayor killed at Corvo?", "The mayor was hurt. Three soldiers were killed.", None),
        ("Did the rebels kill 30 soldiers at Corvo?", "The rebels killed 12 soldiers.", None),
        ("Were more than 20 people killed at Corvo?", "The blast killed 12 people.", None),
        ("Were all the hostages freed at Corvo?", "Two hostages were freed.", None),
        ("Were any of the 22 men killed at Corvo strangers?", "Troops killed 22 men.", None),
        ("Was anyone held for the death of a nurse at Corvo?", "A nurse was found dead. No one was held.", None),
        ("Was a helicopter shot down at Corvo?", "A helicopter was shot down. No one was killed.", None),
        ("Did the governor lose the vote at Corvo?", "The governor lost the vote. Nobody was killed.", None),
        ("Was the fort at Corvo captured?", "Rebels captured the fort. Nobody was captured alive.", None),
        ("Was the report on Corvo released?", "The report was released. It says no prisoner was freed.", None),
        ("Were prisoners released at Corvo?", "The list was released. It says no prisoner was freed.", "No"),
    ],
)
def test_what_befell_others_is_no_verdict(query: str, text: str, expected: str | None) -> None:
    found = verdict(query, passage(f"May 5, 2019: At Corvo it was a long day. {text}", date(2019, 5, 5)))
    assert (found.short if found else None) == expected


@pytest.mark.parametrize(
    "text", ["were any soldiers killed at Hilltown", "who was hurt at Hilltown", "was the market at Hilltown closed"]
)
def test_nothing_is_concluded_where_no_sentence_speaks_of_it(text: str) -> None:
    assert verdict(text, RAID, FIGHT, BLAST) is None
