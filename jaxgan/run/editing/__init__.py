"""Hands in the latent space: real pictures found in it, directions, edits."""
