"""NetGAN's honest rival: transitions of low rank, fitted without walks or a game."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxgan.evaluation.graph_statistics import check_graph


def low_rank_scores(
    joined: np.ndarray,
    rank: int = 9,
    steps: int = 200,
    rate: float = 0.1,
    seed: int = 0,
) -> np.ndarray:
    """Scores of pairs [N, N] by a matrix of logits of low rank, symmetric, at least 0.

    Rendsburg et al. 2020, 'NetGAN without GAN: from random walks to low-rank
    approximations': logits W of rank H minimise -Σ A_ij log softmax(W_i)_j of the
    adjacency A; scores are π_i P_ij made symmetric, with P = softmax(W) and its
    stationary π.

    Args:
      joined: the graph, bool [N, N].
      rank: H.
      steps: of Adam.
      rate: of Adam.
      seed: of the first logits.

    Raises:
      ValueError: if it is no graph.
    """
    check_graph(joined)
    size = len(joined)
    keys = jax.random.split(jax.random.key(seed))
    params = tuple(
        jax.random.normal(key, shape) / np.sqrt(size + rank)
        for key, shape in zip(keys, ((size, rank), (rank, size)))
    )
    target = jnp.asarray(joined, jnp.float32)
    optimizer = optax.adam(rate)

    def loss(params):
        logits = params[0] @ params[1]
        return -jnp.sum(target * jax.nn.log_softmax(logits)) / jnp.sum(target)

    @jax.jit
    def step(params, state):
        with jax.numpy_dtype_promotion("standard"):
            updates, state = optimizer.update(jax.grad(loss)(params), state)
        return optax.apply_updates(params, updates), state

    state = optimizer.init(params)
    for _ in range(steps):
        params, state = step(params, state)
    moves = np.asarray(jax.nn.softmax(params[0] @ params[1]), np.float64)
    share = np.full(size, 1.0 / size)
    for _ in range(200):
        share = share @ moves
    scores = share[:, None] * moves
    np.fill_diagonal(scores, 0.0)
    return scores + scores.T
