"""Panels with a dot per seed, as SVG inside a page: sharp, light, and in the colours of its theme.

One panel per score and a row per loss; real data against real data is a line, one series for ever
a dashed one. The panels stand beside each other where there is room, else below each other.
"""

from html import escape
from statistics import median

LEFT, WIDE, STEP, TOP, FOOT = 132, 228, 18, 30, 34  # in pixels of a panel


def panel(name, what, rows, floor, control, limit, ticks):
    """One score.

    Parameters
    ----------
    name, what : str
        Of the score, and what it says.
    rows : list of (str, str or None, dict)
        Loss, where its name leads to, and steps -> values of the seeds.
    floor, control : float
    limit : float
        Where the axis ends; dots beyond stand at its end.
    ticks : int
        Parts of the axis.
    """
    def x(value):
        return LEFT + WIDE * min(value, limit) / limit

    bottom = TOP + STEP * len(rows)
    ends = [limit * k / ticks for k in range(ticks + 1)]
    shown = [f'<svg viewBox="0 0 {LEFT + WIDE + 14} {bottom + FOOT}" role="img" '
             f'aria-label="{escape(summary(name, rows, floor, control))}">',
             f'<text class="dots-title" x="0" y="14">{escape(name)}'
             f'<tspan class="dots-quiet"> {escape(what)}</tspan></text>']
    for end in ends:
        shown.append(f'<path class="dots-grid" d="M{x(end):.1f} {TOP}V{bottom}"/>'
                     f'<text class="dots-quiet" x="{x(end):.1f}" y="{bottom + 14}" '
                     f'text-anchor="middle">{end:.2g}</text>')
    shown.append(f'<path class="dots-floor" d="M{x(floor):.1f} {TOP}V{bottom}"/>'
                 f'<path class="dots-control" d="M{x(control):.1f} {TOP}V{bottom}"/>')
    for i, (loss, link, found) in enumerate(rows):
        y = TOP + STEP * (i + 0.5)
        label = f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(loss)}</text>'
        shown.append(f'<a href="{escape(link)}">{label}</a>' if link else label)
        last = max(found)
        for steps, values in sorted(found.items()):
            kind = "dots-last" if steps == last else "dots-first"
            for value in values:
                more = ", beyond the axis" if value > limit else ""
                shown.append(f'<circle class="{kind}" cx="{x(value):.1f}" cy="{y:.1f}" r="3.5">'
                             f'<title>{escape(loss)}, {steps:,} steps: {value:.3g}{more}</title>'
                             "</circle>")
        middle = x(median(found[last]))
        shown.append(f'<path class="dots-median" d="M{middle:.1f} {y - 7:.1f}v14"/>')
    return "".join([*shown, "</svg>"])


def summary(name, rows, floor, control):
    """What a screen reader says of a panel."""
    spans = "; ".join(f"{loss} {min(found[max(found)]):.2f} to {max(found[max(found)]):.2f}"
                      for loss, _, found in rows)
    return (f"{name}, lowest to highest seed: {spans}. Real against real {floor:.2f}, "
            f"one series for ever {control:.2f}.")


def figure(panels, caption):
    """Panels under a common caption, as HTML for a page of MyST."""
    return "\n".join(['```{raw} html', '<figure class="dots">',
                      '<div class="dots-panels">', *panels, "</div>",
                      f"<figcaption>{caption}</figcaption>", "</figure>", "```"])
