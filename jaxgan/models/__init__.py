"""Architectures: one file each, a Generator and a Discriminator in every file.

Every network is called as `module(value, given, context)`.
"""
