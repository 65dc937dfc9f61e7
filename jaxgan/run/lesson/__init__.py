"""The lesson: a static page on which jaxgan's own step plays the game in a browser."""
