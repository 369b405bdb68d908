"""Commands about the reports: ``rag add``, ``sync``, ``list``, ``show``, ``remove``, ``reindex``, ``doctor``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.cli.common import DONE, FAILED, open_assistant, print_json, progress_bar
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.library.results import ImportResult


def add(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant, progress_bar(options.json) as progress:
        results = assistant.add(options.paths, progress)
    return _results(results, options.json)


def sync(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant, progress_bar(options.json) as progress:
        results = assistant.sync(options.folder, progress)
    return _results(results, options.json)


def remove(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        results = assistant.remove(options.ids)
    return _results(results, options.json)


def list_(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        reports = assistant.list()
    if options.json:
        print_json([r.to_row() for r in reports])
    elif not reports:
        print("The library is empty; add reports with: rag add FOLDER")
    else:
        width = min(44, max(len(r.name) for r in reports))
        print(f"{'report':<{width}}  {'date':<10}  entries  passages  state    title")
        for r in reports:
            day = r.published_on.isoformat() if r.published_on else ""
            print(f"{r.name:<{width}}  {day:<10}  {r.entries:>7}  {r.passages:>8}  {r.state:<7}  {r.title}")
    return DONE


def show(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        report = assistant.show(options.id)
    if options.json:
        print_json(
            {
                "id": report.id,
                "report": report.name,
                "title": report.title,
                "country": report.country,
                "date": report.published_on.isoformat() if report.published_on else None,
                "entries": [
                    {
                        "date": e.on.end.isoformat() if e.on else None,
                        "place": e.place,
                        "start": e.start,
                        "end": e.end,
                        "text": report.text[e.start : e.end],
                    }
                    for e in report.entries
                ],
                "furniture": [{"start": f.start, "end": f.end} for f in report.furniture],
                "text": report.text,
            }
        )
        return DONE
    print(f"{report.title}\n{report.name}  {report.published_on or 'undated'}  id {report.id}\n")
    for entry in report.entries:
        print(
            f"[{entry.start}-{entry.end}]{' ' + str(entry.on.end) if entry.on else ''}{' ' + entry.place if entry.place else ''}"
        )
        print(report.text[entry.start : entry.end] + "\n")
    return DONE


def reindex(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant, progress_bar(options.json) as progress:
        again = assistant.reindex(progress)
        passages = assistant.coverage().passages
    if options.json:
        print_json({"passages": passages, "read_again": [r.to_row() for r in again]})
    else:
        print(f"{passages} passages indexed, {len(again)} reports read again")
    return FAILED if any(r.status == "refused" for r in again) else DONE


def doctor(options: argparse.Namespace, settings: Settings) -> int:
    with open_assistant(settings) as assistant:
        report = assistant.doctor(repair=not options.check)
    if options.json:
        print_json(report.to_row())
    else:
        for check in report.checks:
            mark = "repaired" if check.repaired else "ok" if check.ok else "WRONG"
            print(f"{mark:<9} {check.name}: {check.detail}")
    return DONE if report.ok else FAILED


def _counted(result: ImportResult) -> str:
    entries, passages = result.entries, result.passages
    return f"{entries} {'entry' if entries == 1 else 'entries'}, {passages} passage{'' if passages == 1 else 's'}"


def _results(results: Sequence[ImportResult], as_json: bool) -> int:
    refused = [r for r in results if r.status == "refused"]
    if as_json:
        print_json([r.to_row() for r in results])
    else:
        for result in results:
            if result.status == "refused":
                print(f"refused   {result.name}: {result.reason}", file=sys.stderr)
            elif result.status != "unchanged":
                print(f"{result.status:<9} {result.name}  ({_counted(result)})")
        counts: dict[str, int] = {}
        for result in results:
            counts[result.status] = counts.get(result.status, 0) + 1
        print(", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to do")
    return FAILED if refused else DONE
