"""ProGAN, StyleGAN and StyleGAN3 in jaxgan and in PyTorch: steps, samples, starts.

    python experiments/benchmarks/speed/style_line.py
    python experiments/benchmarks/speed/style_line.py --only stylegan3-t --starts 0

Networks at the last level, all grown: StyleGAN3's as in its small variant, ProGAN's and
StyleGAN's twice as wide as in theirs. PyTorch's are given the parameters of ours, and
images, logits and slopes must be the same; losses and penalties are the recipes'
(WGAN-GP with drift; non-saturating with R1, lazy in StyleGAN3, of which whole periods
are timed), optimizers and averages too. PyTorch is eager. An application is a picture
of one latent. How they are timed says `side_by_side.py`; the last table has seconds
from the command to the end of the first step, and of the processor, in fresh processes:
with nothing compiled, and again with what the process before left.
"""

import side_by_side
import tyro
from style_line_workloads import WORKLOADS

if __name__ == "__main__":
    side_by_side.main(__file__, WORKLOADS, None, tyro.cli(side_by_side.Options))
