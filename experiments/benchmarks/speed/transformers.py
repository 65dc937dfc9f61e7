"""Transformer GANs in jaxgan and in PyTorch: steps, applications, starts.

    OMP_WAIT_POLICY=PASSIVE python experiments/benchmarks/speed/transformers.py
    OMP_WAIT_POLICY=PASSIVE python experiments/benchmarks/speed/transformers.py \
        --only gat --what step --threads 1 --starts 0

An adversarial flow model and GAT at 32² in patches of 4, width 128, 4 blocks, 4 heads:
same networks (PyTorch's are given the parameters of ours, and must compute the same),
losses, optimizers and batch; PyTorch is eager. GAT's discriminator sees noisy levels,
without other augmentation. How they are timed, and what the columns are, says
`side_by_side.py`.
"""

import side_by_side
import tyro
from transformers_rows import WORKLOADS

if __name__ == "__main__":
    side_by_side.main(__file__, WORKLOADS, None, tyro.cli(side_by_side.Options))
