"""Measures of what a generator makes."""

from jaxgan.evaluation.class_coverage import class_coverage, class_histogram
from jaxgan.evaluation.collapse import collapse, mean_cosine_similarity
from jaxgan.evaluation.density_coverage import density_coverage
from jaxgan.evaluation.equivariance import equivariance
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.inception_score import inception_score
from jaxgan.evaluation.kernel_distance import kernel_distance, squared_discrepancy
from jaxgan.evaluation.lpips import PerceptualDistance, lpips
from jaxgan.evaluation.memorisation import near_duplicate_share, nearest_neighbours
from jaxgan.evaluation.moments import Moments
from jaxgan.evaluation.peak_signal_to_noise import psnr
from jaxgan.evaluation.perceptual_path_length import perceptual_path_length
from jaxgan.evaluation.precision_recall import precision_recall
from jaxgan.evaluation.sliced_wasserstein import sliced_wasserstein
from jaxgan.evaluation.structural_similarity import (
    mean_pair_similarity,
    ms_ssim,
    ssim,
)
from jaxgan.evaluation.ycbcr import luma, rgb_to_ycbcr, ycbcr_to_rgb

__all__ = [
    "Moments",
    "PerceptualDistance",
    "class_coverage",
    "class_histogram",
    "collapse",
    "density_coverage",
    "equivariance",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "lpips",
    "luma",
    "mean_cosine_similarity",
    "mean_pair_similarity",
    "ms_ssim",
    "near_duplicate_share",
    "nearest_neighbours",
    "perceptual_path_length",
    "precision_recall",
    "psnr",
    "rgb_to_ycbcr",
    "sliced_wasserstein",
    "squared_discrepancy",
    "ssim",
    "ycbcr_to_rgb",
]
