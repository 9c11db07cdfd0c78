"""Rankings, units and matches as plain data for the browser."""

import math
from typing import Any

from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.texts import Passage
from lstm_engine.inspection import Finding, InCommon, Matches, Place, UnitProfile, UnitScore

MOST_RANKED = 40
AROUND = 16  # symbols shown on either side of a place
MOST_RESPONSES = 12


def number(value: float) -> float | None:
    """A number as JSON knows it, in 6 digits."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def score_payload(score: UnitScore) -> dict[str, Any]:
    return {"unit": score.unit, "measure": score.measure, "score": number(score.score), "sign": score.sign}


def finding_payload(finding: Finding) -> dict[str, Any]:
    """The ranking of one property."""
    return {
        "property": finding.name,
        "measure": finding.measure,
        "units": [score_payload(score) for score in finding.units[:MOST_RANKED]],
        "all": len(finding.units),
        "control": number(finding.control),
        "probe": number(finding.probe),
        "probe_control": number(finding.probe_control),
        "held_out": finding.held_out,
        "share": None if finding.share is None else number(finding.share),
        "beyond_chance": finding.beyond_chance,
    }


def place_payload(place: Place, passage: Passage) -> dict[str, Any]:
    """A place with the symbols around it, of its own sequence."""
    sequence, _ = passage.place(place.position)
    begin = passage.begins[sequence]
    start = max(begin, place.position - AROUND)
    stop = min(begin + passage.lengths[sequence], place.position + AROUND + 1)
    return {
        "position": place.position,
        "value": number(place.value),
        "before": list(passage.labels[start : place.position]),
        "label": passage.labels[place.position],
        "behind": list(passage.labels[place.position + 1 : stop]),
    }


def profile_payload(profile: UnitProfile, analysis: Analysis) -> dict[str, Any]:
    """A unit's page."""
    reads, outputs = analysis.task.reads, analysis.task.vocabulary
    responses: list[dict[str, Any]] = [
        {
            "label": reads[code],
            "count": int(profile.counts[code]),
            "response": number(profile.response[code]),
            "means": {name: number(means[code]) for name, means in profile.by_symbol.items()},
        }
        for code in range(min(len(reads), len(profile.response)))
        if profile.counts[code]
    ]
    responses.sort(key=lambda one: -abs(one["response"] or 0.0))

    def outputs_of(found: Any) -> list[dict[str, Any]]:
        return [
            {"label": outputs[one.index] if one.index < len(outputs) else f"{one.index}", "value": number(one.value)}
            for one in found
            if not outputs or one.index < len(outputs)
        ]

    return {
        "unit": profile.unit,
        "quantity": profile.quantity,
        "histogram": {
            "edges": [number(edge) for edge in profile.histogram.edges],
            "counts": [int(count) for count in profile.histogram.counts[0]],
        },
        "highest": [place_payload(place, analysis.passage) for place in profile.highest],
        "lowest": [place_payload(place, analysis.passage) for place in profile.lowest],
        "changes": [place_payload(place, analysis.passage) for place in profile.changes],
        "responses": responses[:MOST_RESPONSES],
        "symbols": len(responses),
        "raises": outputs_of(profile.raises),
        "lowers": outputs_of(profile.lowers),
        "relatives": [{"unit": one.index, "correlation": number(one.value)} for one in profile.relatives],
        "scores": [{"property": name, **score_payload(score)} for name, score in profile.scores.items()],
    }


def match_payload(found: Matches, common: list[InCommon], passage: Passage) -> dict[str, Any]:
    """What lights up in a span, where else it does, and what those places have in common."""

    def around(start: int, stop: int) -> dict[str, Any]:
        sequence, _ = passage.place(start)
        begin = passage.begins[sequence]
        end = begin + passage.lengths[sequence]
        stop = min(stop, start + 3 * AROUND)
        return {
            "position": start,
            "before": list(passage.labels[max(begin, start - AROUND) : start]),
            "label": "",
            "inside": list(passage.labels[start:stop]),
            "behind": list(passage.labels[stop : min(end, stop + AROUND)]),
        }

    return {
        "units": [
            {"unit": unit, "sign": sign, "threshold": number(threshold)}
            for unit, sign, threshold in zip(found.units, found.signs, found.thresholds, strict=True)
        ],
        "found": found.found,
        "places": [
            {**around(place.start, place.stop), "score": number(place.score), "units": place.units} for place in found
        ],
        "common": [
            {
                "name": one.name,
                "inside": number(one.inside),
                "overall": number(one.overall),
                "distance": number(one.distance),
            }
            for one in common[:10]
        ],
    }
