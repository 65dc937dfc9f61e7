"""What a page of `jaxgan report` is made of."""

import base64
import html.parser
import json

import numpy as np


class Page(html.parser.HTMLParser):
    """What a page is made of.

    Attributes:
      tags: (name, attributes) in order.
      ids: of all elements.
      figures: {id: content} of the plots.
      text: of all elements but scripts and styles.
    """

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.figures, self.text = [], [], {}, ""
        self._open = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._open = tag
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self._data = tag == "script" and attributes.get("type") == "application/json"

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open == "script" and self._data and "id" not in self.tags[-1][1]:
            self.figures[self.ids[-1]] = json.loads(data)
        elif self._open not in ("script", "style"):
            self.text += data

    def count(self, tag):
        return sum(name == tag for name, _ in self.tags)


def numbers(encoded):
    """Plotly's arrays: lists, or base64 of a type."""
    if isinstance(encoded, list):
        return np.array(encoded)
    kind = {"f4": "<f4", "f8": "<f8", "i1": "i1", "i2": "<i2", "i4": "<i4"}
    values = np.frombuffer(
        base64.b64decode(encoded["bdata"]), kind.get(encoded["dtype"], encoded["dtype"])
    )
    shape = encoded.get("shape")
    return values.reshape([int(n) for n in shape.split(",")]) if shape else values
