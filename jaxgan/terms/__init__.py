"""Regularisers and objectives: what players minimise besides, or with, each other."""

from jaxgan.terms.adversarial import adversarial
from jaxgan.terms.alignment import alignment
from jaxgan.terms.approximated import approximated_r1, approximated_r2
from jaxgan.terms.auxiliary_classifier import auxiliary_classifier
from jaxgan.terms.centering import centering
from jaxgan.terms.classifier_guidance import classifier_guidance
from jaxgan.terms.conditional_contrastive import conditional_contrastive
from jaxgan.terms.consistency import consistency
from jaxgan.terms.criteria import fake_and_real, frobenius, mean_absolute, mean_squared
from jaxgan.terms.cycle import cycle, identity
from jaxgan.terms.data_to_data_cross_entropy import data_to_data_cross_entropy
from jaxgan.terms.dragan import dragan
from jaxgan.terms.drift import drift
from jaxgan.terms.feature_matching import feature_matching
from jaxgan.terms.gradient_penalty import gradient_penalty
from jaxgan.terms.grid_cell import brightness, grid_cell
from jaxgan.terms.image_pool import image_pool
from jaxgan.terms.latent_consistency import latent_consistency
from jaxgan.terms.lecam import lecam
from jaxgan.terms.lpips import lpips
from jaxgan.terms.mask_sparsity import mask_sparsity
from jaxgan.terms.molgan_penalty import molgan_penalty
from jaxgan.terms.mutual_information import mutual_information
from jaxgan.terms.normalized_adversarial import normalized_adversarial
from jaxgan.terms.optimal_transport import optimal_transport
from jaxgan.terms.orthogonal import orthogonal
from jaxgan.terms.patch_nce import identity_patch_nce, patch_nce
from jaxgan.terms.path_length import path_length
from jaxgan.terms.perceptual import perceptual, style
from jaxgan.terms.pixel import against, charbonnier, pixel
from jaxgan.terms.r1 import r1
from jaxgan.terms.r2 import r2
from jaxgan.terms.real_sign import real_sign
from jaxgan.terms.reward import reward_fit, reward_policy
from jaxgan.terms.step_share import step_share
from jaxgan.terms.top_k import top_k
from jaxgan.terms.total_variation import total_variation
from jaxgan.terms.unrolled import unrolled

__all__ = [
    "adversarial",
    "against",
    "alignment",
    "approximated_r1",
    "approximated_r2",
    "auxiliary_classifier",
    "brightness",
    "centering",
    "charbonnier",
    "classifier_guidance",
    "conditional_contrastive",
    "consistency",
    "cycle",
    "data_to_data_cross_entropy",
    "dragan",
    "drift",
    "fake_and_real",
    "feature_matching",
    "frobenius",
    "gradient_penalty",
    "grid_cell",
    "identity",
    "identity_patch_nce",
    "image_pool",
    "latent_consistency",
    "lecam",
    "lpips",
    "mask_sparsity",
    "mean_absolute",
    "mean_squared",
    "molgan_penalty",
    "mutual_information",
    "normalized_adversarial",
    "optimal_transport",
    "orthogonal",
    "patch_nce",
    "path_length",
    "perceptual",
    "pixel",
    "r1",
    "r2",
    "real_sign",
    "reward_fit",
    "reward_policy",
    "step_share",
    "style",
    "top_k",
    "total_variation",
    "unrolled",
]
