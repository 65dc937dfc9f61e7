"""What happens to every sample before the discriminator sees it."""
