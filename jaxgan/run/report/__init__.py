"""One self-contained HTML page about a run: `jaxgan report RUN`.

`document` gathers the sections and renders the templates beside it; `facts`, `curves`,
`embedded`, `made`, `plane`, `evaluations` and `diagnosis` each read one kind of thing;
`figures` is all that knows plotly, `live` serves the page during training.
"""
