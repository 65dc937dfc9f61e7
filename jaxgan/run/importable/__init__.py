"""Networks that `jaxgan import` knows: one file each, which the run gets a copy of.

Each is an experiment without data, with `Config`, `VARIANTS` and `build`, and besides:

  GENERATOR, DISCRIMINATOR: names that tell either player's state dict from all others.
  SETTINGS: {name: type} of what shapes do not tell.
  configure(seen) -> Config, of what is `Seen`.
  settings(facts) -> what a pickle's attributes, by network, say of SETTINGS.
  ATTRIBUTES: {name: rule} of all attributes that a pickle may have; see `attributes`.
  import_torch(arrays, config) -> variables, and its inverse export_torch.
  PASSING: endings of names of arrays that are made anew, not imported.

GENERATOR and DISCRIMINATOR may list several such tuples, of which one is found; without
any DISCRIMINATOR one in the files is left out. Of networks whose files changed in time
there is also

  respelled(arrays) -> arrays as the newest files have them.
"""

from typing import Literal, get_args

Network = Literal[
    "stylegan2",
    "stylegan3",
    "r3gan",
    "biggan_deep",
    "biggan",
    "mimicry",
    "pix2pix",
    "cyclegan",
    "rrdbnet",
    "msrresnet",
    "srvggnet_compact",
    "fastgan",
    "mocogan",
    "afm",
    "gat",
]
"""The names of these files."""

NETWORKS: tuple[str, ...] = get_args(Network)
