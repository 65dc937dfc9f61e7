"""Training and using runs: files, checkpoints, logs, signals, the command line."""
