"""What may happen to samples, real and fake alike, before they are judged."""
