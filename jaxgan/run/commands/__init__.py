"""The commands: one file each, and the `jaxgan` program that calls them."""
