"""A tested claim as one HTML file that needs nothing else: words, a drawing, a table, and the text in colour."""

import html
import math
from collections.abc import Iterable

import numpy as np

from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.claims import Claim, signed
from dashboard.views.inspect.texts import WRITTEN, separator
from lstm_engine.inspection import Effect, extremes

SHOWN = 600  # symbols of the text in colour
BLUE, NEUTRAL, RED = (33, 102, 172), (243, 244, 246), (178, 24, 43)
FADED = 0.6  # of the scale's strength, so that black letters can be read on it
STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #1d242b;
  background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 8px; text-align: left; border-bottom: 1px solid #d5dae0; font-weight: 400; }
thead th { color: #56616b; } svg { width: 100%; height: auto; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.6 ui-monospace, monospace; }
.verdict { font-weight: 600; } small { color: #56616b; }
"""


def report_of(claim: Claim, analysis: Analysis) -> str:
    """The whole file. Whatever people typed stands in it as text."""
    run, result = claim.run, claim.result
    where = f"layer {result.layer + 1}, " if run.settings.num_layers > 1 else ""
    given = "the held-out text" if run.is_trained else "the model's examples"
    text = "a text of one's own" if claim.asked.own else given
    facts = (
        f"Run “{run.name}” ({run.settings.variant}, task {run.settings.task}, {run.settings.hidden_size} units a "
        f"layer), checkpoint at step {claim.asked.step:,}. Broken: {where}{claim.units}, {claim.held} {claim.how}. "
        f"Measured on {text}, {claim.measured:,} positions; losses in {claim.unit_of_loss}. Intervals hold "
        f"{result.confidence:.0%} and come from a block bootstrap over the text; “random” is the same done to as many "
        f"other units of the layer. {claim.part_read}"
    )
    head = html.escape(claim.broken.rstrip(","))
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{head}</title><style>{STYLE}</style></head><body>",
            f"<h1>{head}</h1>",
            f"<p>{html.escape(claim.sentence)}</p>",
            f'<p class="verdict">{html.escape(claim.verdict)}</p>',
            drawing(claim.rows()),
            "<h2>Losses before and after</h2>",
            table(claim.rows()),
            "<h2>What the unit does</h2>",
            coloured(claim, analysis),
            f"<h2>How it was measured</h2><p>{html.escape(facts)}</p>",
            "</body></html>",
        )
    )


def table(rows: Iterable[tuple[str, Effect]]) -> str:
    """Each part of the text in a row."""
    head = ("where", "positions", "before", "after", "rise (interval)", "random units (interval)")
    lines = []
    for where, effect in rows:
        cells = (
            where,
            f"{effect.positions:,}",
            f"{effect.before:.3f}",
            f"{effect.after:.3f}",
            *(f"{signed(e.value)} ({signed(e.low)} to {signed(e.high)})" for e in (effect.rise, effect.random)),
        )
        lines.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    heads = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def drawing(rows: list[tuple[str, Effect]]) -> str:
    """The rise in each part of the text with its interval, over what random units bring (grey)."""
    numbers = [0.0]
    for _, effect in rows:
        numbers += [effect.rise.low, effect.rise.high, *effect.random_rises]
    low, high = min(numbers), max(numbers)
    span = max(high - low, 1e-6)

    def x(value: float) -> float:
        return round(250 + (value - low) / span * 430, 1)

    shapes = []
    for place, (where, effect) in enumerate(rows):
        y = 30 + 46 * place
        shapes.append(f'<text x="0" y="{y + 5}">{html.escape(where if len(where) < 34 else where[:32] + "…")}</text>')
        shapes += [
            f'<circle cx="{x(rise)}" cy="{y + 12}" r="3.5" fill="#8a939c" opacity="0.6"/>'
            for rise in effect.random_rises
        ]
        shapes.append(
            f'<line x1="{x(effect.rise.low)}" x2="{x(effect.rise.high)}" y1="{y}" y2="{y}" stroke="#d55e00" '
            f'stroke-width="3"/><circle cx="{x(effect.rise.value)}" cy="{y}" r="6" fill="#d55e00"/>'
        )
    bottom = 30 + 46 * len(rows)
    step = 10 ** math.floor(math.log10(span / 2))
    ticks = [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    for tick in ticks[:: max(1, len(ticks) // 5)]:
        label = "0" if abs(tick) < step / 2 else f"{tick:.3g}"
        shapes.append(f'<line x1="{x(tick)}" x2="{x(tick)}" y1="8" y2="{bottom}" stroke="#d5dae0"/>')
        shapes.append(f'<text x="{x(tick)}" y="{bottom + 18}" text-anchor="middle">{label}</text>')
    return (
        f'<svg viewBox="0 0 700 {bottom + 44}" role="img" aria-label="By how much the loss rises, with intervals; '
        f'grey: random units" font-size="14">{"".join(shapes)}'
        f'<text x="465" y="{bottom + 38}" text-anchor="middle">rise of the loss; grey: random units</text></svg>'
    )


def coloured(claim: Claim, analysis: Analysis) -> str:
    """The text around the place where the first unit is highest, coloured by it."""
    unit, quantity = claim.result.units[0], claim.result.quantity
    values = analysis.values[quantity][:, unit]
    (place,) = extremes(values, most=1)
    start = max(0, place.position - SHOWN // 2)
    labels = analysis.passage.labels[start : start + SHOWN]
    gap = separator(labels)
    extent = max(float(np.abs(values).max()), 1e-9)
    pieces = []
    for label, value in zip(labels, values[start : start + SHOWN], strict=True):
        share = FADED * min(1.0, abs(float(value)) / extent)
        red, green, blue = (
            round(a + (b - a) * share) for a, b in zip(NEUTRAL, RED if value > 0 else BLUE, strict=True)
        )
        symbol = html.escape(WRITTEN.get(label, label))
        pieces.append(f'<span style="background:rgb({red},{green},{blue})">{symbol}</span>{gap}')
    name = quantity.replace("_", " ")
    return (
        f"<pre>{''.join(pieces)}</pre><p><small>{SHOWN} symbols around the place where unit {unit} is highest, "
        f"coloured by its {html.escape(name)}: blue −{extent:.2f}, red {extent:.2f}.</small></p>"
    )
