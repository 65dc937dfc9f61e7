"""The published way to train with each method: turns and optimizers, with constants."""

from jaxgan.core.recipe import Recipe
from jaxgan.recipes.acgan import acgan
from jaxgan.recipes.afm import afm
from jaxgan.recipes.ali import ali
from jaxgan.recipes.alternation import LearningRate
from jaxgan.recipes.biggan import biggan
from jaxgan.recipes.cut import FASTCUT, cut
from jaxgan.recipes.cyclegan import cyclegan
from jaxgan.recipes.dvdgan import dvdgan
from jaxgan.recipes.esrgan import esrgan
from jaxgan.recipes.gat import gat
from jaxgan.recipes.hinge import hinge
from jaxgan.recipes.infogan import MNIST_CODES, infogan
from jaxgan.recipes.least_squares import least_squares
from jaxgan.recipes.minimax import minimax
from jaxgan.recipes.mocogan import mocogan
from jaxgan.recipes.molgan import molgan
from jaxgan.recipes.netgan import netgan
from jaxgan.recipes.nonsaturating import nonsaturating
from jaxgan.recipes.pix2pix import pix2pix
from jaxgan.recipes.progan import progan
from jaxgan.recipes.projected import projected
from jaxgan.recipes.r3gan import R3GAN, R3GANSchedule, r3gan
from jaxgan.recipes.reacgan import reacgan
from jaxgan.recipes.real_esrgan import real_esrgan
from jaxgan.recipes.relativistic import relativistic
from jaxgan.recipes.srgan import srgan
from jaxgan.recipes.stylegan import stylegan
from jaxgan.recipes.stylegan2 import stylegan2
from jaxgan.recipes.stylegan3 import stylegan3
from jaxgan.recipes.vgan import vgan
from jaxgan.recipes.wgan import wgan
from jaxgan.recipes.wgan_gp import wgan_gp

__all__ = [
    "FASTCUT",
    "MNIST_CODES",
    "R3GAN",
    "LearningRate",
    "R3GANSchedule",
    "Recipe",
    "acgan",
    "afm",
    "ali",
    "biggan",
    "cut",
    "cyclegan",
    "dvdgan",
    "esrgan",
    "gat",
    "hinge",
    "infogan",
    "least_squares",
    "minimax",
    "mocogan",
    "molgan",
    "netgan",
    "nonsaturating",
    "pix2pix",
    "progan",
    "projected",
    "r3gan",
    "reacgan",
    "real_esrgan",
    "relativistic",
    "srgan",
    "stylegan",
    "stylegan2",
    "stylegan3",
    "vgan",
    "wgan",
    "wgan_gp",
]
