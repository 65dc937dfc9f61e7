"""The wiring of each family of GANs."""
