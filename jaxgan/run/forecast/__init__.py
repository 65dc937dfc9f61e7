"""What an experiment's step would need of devices that need not be there."""
