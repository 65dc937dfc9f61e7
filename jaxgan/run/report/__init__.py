"""One self-contained HTML page about a run: `jaxgan report RUN`.

`document` gathers the sections and renders the templates beside it; `facts`, `curves`,
`embedded`, `made`, `landscape`, `plane`, `seeds`, `evaluations` and `diagnosis` each
read or draw one kind of thing; `figures` readies plotly's figures; `live` serves the
page during training.
"""
