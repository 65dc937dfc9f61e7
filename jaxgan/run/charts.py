"""Plotly's figures as JSON for a page, their colours, and plotly's JavaScript."""

import functools
import html
import json
from typing import Any, NamedTuple

import plotly.graph_objects as go
import plotly.io
import plotly.offline

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
COLOURS = ("#3b82d6", "#e0782f", "#2f9e74", "#b565c9", "#c2a02c", "#d1517f", "#6b7fd7")
"""Told apart on white and on black, also by most who see few colours."""
LEGEND: dict[str, Any] = {
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
}
"""Above a chart, in a row."""
PLAIN = "rgba(0,0,0,0)"


class Chart(NamedTuple):
    """A plotly figure of a page.

    Attributes:
      name: of its element; stays the same from one refresh to the next.
      title: above it.
      about: a sentence below it; the plot's text alternative as well.
      data: JSON that may stand in a script element.
      wide: whether it takes the page's whole width.
      tall: height in pixels.
    """

    name: str
    title: str
    about: str
    data: str
    wide: bool = False
    tall: int = 300


def chart(drawn: go.Figure, name: str, title: str, about: str, **shape: Any) -> Chart:
    """Makes a chart of a figure: colours come from the page, light or dark."""
    drawn.update_layout(
        template="none",
        uirevision="kept",
        margin={"l": 52, "r": 12, "t": 28, "b": 40},
    )
    content = json.loads(drawn.to_json() or "{}")
    content["layout"].pop("template", None)
    return Chart(name, title, about, script_json(content), **shape)


def script_json(content: Any) -> str:
    """Writes JSON that cannot end the script element it stands in."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def plain(text: object) -> str:
    """Escapes text of the run for plotly, which reads a little HTML in every label."""
    return html.escape(str(text), quote=False)


def library() -> str:
    """Reads plotly's JavaScript, 4.8 MB; it cannot end the script it stands in."""
    return plotly.offline.get_plotlyjs().replace("</script", "<\\/script")


@functools.cache
def templates() -> str:
    """Adapts plotly's own white and dark templates to the page's background."""
    chosen = {}
    for name, template, ink, lines in (
        ("light", "plotly_white", "#26282c", "#e3e5e8"),
        ("dark", "plotly_dark", "#d9dbdf", "#33373e"),
    ):
        adapted = go.layout.Template(plotly.io.templates[template])
        axis = {"gridcolor": lines, "zerolinecolor": lines, "linecolor": lines}
        scene = {**axis, "backgroundcolor": PLAIN, "showbackground": False}
        layout: Any = adapted.layout
        layout.update(
            paper_bgcolor=PLAIN,
            plot_bgcolor=PLAIN,
            font={"family": FONT, "size": 13, "color": ink},
            colorway=COLOURS,
            modebar={"bgcolor": PLAIN, "color": "#8a8f98", "activecolor": ink},
            xaxis=axis,
            yaxis=axis,
            scene={"xaxis": scene, "yaxis": scene, "zaxis": scene},
        )
        chosen[name] = adapted.to_plotly_json()
    encoded: Any = plotly.io.json.to_json_plotly(chosen)
    return script_json(json.loads(encoded))
