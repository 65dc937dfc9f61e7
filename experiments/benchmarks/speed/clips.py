"""Clips and molecules in jaxgan and in PyTorch: steps, applications, starts.

    OMP_WAIT_POLICY=PASSIVE python experiments/benchmarks/speed/clips.py
    OMP_WAIT_POLICY=PASSIVE python experiments/benchmarks/speed/clips.py \
        --only molgan --what step --threads 1 --starts 0

The small variants of `mocogan_moving_mnist`, `dvdgan_moving_mnist` and `molgan_qm9`:
same networks (PyTorch's are given the parameters of ours, and must compute the same),
losses, optimizers and batch; PyTorch is eager. How they are timed, and what the
columns are, says `side_by_side.py`.
"""

import side_by_side
import tyro
from clips_rows import WORKLOADS

if __name__ == "__main__":
    side_by_side.main(__file__, WORKLOADS, None, tyro.cli(side_by_side.Options))
