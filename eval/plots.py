"""Plots as inline SVG: no script, no outside address; colours come from the page's style sheet, all text is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.bootstrap import Interval
from eval.selective import CalibrationBin

_FONT = 12
_PLOT = 280  # side of the square plots, in SVG units
_LEFT, _TOP, _BOTTOM = 46, 14, 40


def bars(rows: Sequence[tuple[str, Sequence[float | None], Sequence[Interval | None]]], series: Sequence[str], label: str) -> str:
    """Horizontal bars from 0 to 100 per cent with their intervals, a group for each row.

    Args:
        rows: Name, values (one for each series) and intervals.
        series: Names of the series, at most three.
        label: What the plot shows, for those who cannot see it.

    Returns:
        An ``svg`` element.
    """
    left, right, thick, gap = 130, 46, 11, 12
    width, height = 640, _TOP + len(rows) * (len(series) * thick + gap) + 26
    span = width - left - right
    parts = [_open(width, height, label, "wide")]
    for tick in range(0, 101, 20):
        x = left + span * tick / 100
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{height - 24}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{tick}</text>')
    y = float(_TOP + gap / 2)
    for name, values, intervals in rows:
        middle = y + len(series) * thick / 2 + 4
        parts.append(f'<text x="{left - 8}" y="{middle:.1f}" text-anchor="end">{escape(name)}</text>')
        for place, (value, ends) in enumerate(zip(values, intervals, strict=True)):
            if value is not None:
                title = f"{name}, {series[place]}: {100 * value:.1f} %"
                parts.append(
                    f'<rect class="s{place}" x="{left}" y="{y:.1f}" width="{span * value:.1f}" height="{thick - 2}">'
                    f"<title>{escape(title)}</title></rect>"
                )
                at = max(value, ends[1] if ends else 0.0)
                parts.append(
                    f'<text class="tick" x="{left + span * at + 4:.1f}" y="{y + thick - 3:.1f}">{100 * value:.0f}</text>'
                )
                if ends:
                    low, high, level = left + span * ends[0], left + span * ends[1], y + (thick - 2) / 2
                    parts.append(f'<path class="whisker" d="M{low:.1f} {level:.1f}H{high:.1f}"/>')
            y += thick
        y += gap
    parts.append("</svg>")
    return "".join(parts)


def risk_coverage_plot(coverage: Sequence[float], risk: Sequence[float], point: tuple[float, float] | None) -> str:
    """The share of wrong answers over the share of questions answered.

    Args:
        coverage: 0 to 1, rising.
        risk: 0 to 1.
        point: Coverage and risk at the threshold in use, or None.

    Returns:
        An ``svg`` element.
    """
    parts = [*_square("questions answered, %", "wrong among them, %", "Risk over coverage")]
    if len(coverage):
        steps = " ".join(f"{_x(c):.1f},{_y(r):.1f}" for c, r in zip(coverage, risk, strict=True))
        parts.append(f'<polyline class="curve" points="{steps}"/>')
    if point is not None:
        title = f"threshold in use: {100 * point[0]:.1f} % answered, {100 * point[1]:.1f} % of them wrong"
        parts.append(f'<circle class="s1" cx="{_x(point[0]):.1f}" cy="{_y(point[1]):.1f}" r="5"><title>{title}</title></circle>')
    parts.append("</svg>")
    return "".join(parts)


def calibration_plot(bins: Sequence[CalibrationBin]) -> str:
    """Accuracy over confidence; a well calibrated system keeps to the diagonal. Circle areas grow with the number of questions.

    Args:
        bins: Of equal width.

    Returns:
        An ``svg`` element.
    """
    parts = [*_square("confidence, %", "right, %", "Calibration")]
    parts.append(f'<path class="diagonal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>')
    most = max((b.n for b in bins), default=1)
    for b in bins:
        radius = 3 + 9 * (b.n / most) ** 0.5
        title = f"confidence {100 * b.confidence:.0f} %: {100 * b.accuracy:.0f} % right, {b.n} questions"
        parts.append(
            f'<circle class="s0 see-through" cx="{_x(b.confidence):.1f}" cy="{_y(b.accuracy):.1f}" r="{radius:.1f}">'
            f"<title>{title}</title></circle>"
        )
    parts.append("</svg>")
    return "".join(parts)


def legend(series: Mapping[str, str]) -> str:
    """A line that tells which class of colour is which series, class to name."""
    return "".join(f'<span class="key {escape(css)}"></span>{escape(name)} ' for css, name in series.items())


def _x(share: float) -> float:
    return _LEFT + _PLOT * share


def _y(share: float) -> float:
    return _TOP + _PLOT * (1 - share)


def _open(width: float, height: float, label: str, css: str = "") -> str:
    box = f"0 0 {width:.0f} {height:.0f}"
    return f'<svg class="{css}" viewBox="{box}" role="img" aria-label="{escape(label, quote=True)}" font-size="{_FONT}">'


def _square(x_title: str, y_title: str, label: str) -> list[str]:
    """A square plot's frame, both axes from 0 to 100."""
    parts = [_open(_LEFT + _PLOT + 16, _TOP + _PLOT + _BOTTOM, label)]
    for tick in range(0, 101, 25):
        at = tick / 100
        parts.append(f'<path class="grid" d="M{_x(0)} {_y(at)}H{_x(1)}M{_x(at)} {_y(0)}V{_y(1)}"/>')
        parts.append(f'<text class="tick" x="{_x(at):.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">{tick}</text>')
        parts.append(f'<text class="tick" x="{_x(0) - 6:.1f}" y="{_y(at) + 4:.1f}" text-anchor="end">{tick}</text>')
    middle = _y(0.5)
    parts.append(f'<text x="{_x(0.5):.1f}" y="{_y(0) + 33:.1f}" text-anchor="middle">{escape(x_title)}</text>')
    parts.append(
        f'<text x="12" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 12 {middle:.1f})">{escape(y_title)}</text>'
    )
    return parts
