"""What pages that run models share: what runs them, a server, a style."""
