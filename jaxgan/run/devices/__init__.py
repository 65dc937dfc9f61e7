"""Where a run computes: devices, processes, seeds side by side, compiled programs."""
