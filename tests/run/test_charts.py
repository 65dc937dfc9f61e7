"""What stands in a page's script elements cannot end them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")

from jaxgan.run import charts


@given(st.text())
def test_json_cannot_end_its_script(text):
    written = charts.script_json({text: [text + "</script>", 1.5, None]})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {text: [text + "</script>", 1.5, None]}
