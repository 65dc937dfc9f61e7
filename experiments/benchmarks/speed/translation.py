"""Translation and restoration in jaxgan and in PyTorch: steps, applications, starts.

    python experiments/benchmarks/speed/translation.py
    python experiments/benchmarks/speed/translation.py --only pix2pix --starts 0

Same networks (PyTorch's are given the parameters of ours, and must compute the same),
losses, optimizers and batch, a single picture unless told; PyTorch is eager, and may
compute once what we compute twice, see `torch_translation_step.py`. How they are timed
says `side_by_side.py`. The last table has seconds from the command to the end of the
first step, and of the processor, in fresh processes: with nothing compiled, and again
with what the process before left.
"""

import side_by_side
import tyro
from translation_workloads import WORKLOADS

if __name__ == "__main__":
    side_by_side.main(__file__, WORKLOADS, 1, tyro.cli(side_by_side.Options))
