"""The folder of a run: every file in it has one writer and one reader here."""
