"""One self-contained HTML page about a run.

`document` gathers the sections and renders the templates beside it; every other file
reads or draws one kind of thing; `live_server` serves the page during training.
"""
