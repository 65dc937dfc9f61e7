"""From an experiment to a trained run: the compiled program and the loop around it."""
