#!/bin/sh
# The published training of adversarial flow models on ImageNet, stage by stage.
#
# Lin et al. 2025 (arXiv 2511.22475), table 11, of the generator B: FID 7.30 after 150
# epochs, 7.05 after 155, 6.07 after 170, on latents; not run here. Each stage is a run
# of its own, which starts from the one before:
#
#   sh experiments/transformers/afm_stages.sh imagenet.zip runs/afm 500400 vae.safetensors
#   sh experiments/transformers/afm_stages.sh imagenet.zip runs/afm     (on pixels)
#
# and goes on where it was stopped when it is called again. In the paper one watches,
# and goes on to the next stage when the distance stalls. Which earlier discriminator is
# best is found by trying: the third argument is the step of one in the first run. The
# fourth is a file of the autoencoder.
#
# The paper's last stage, of 30 epochs to 3.05, is guided by a classifier that sees noisy
# pictures, and moves and holes both of a pair alike, at a rate of 5e-5: `--guidance
# 0.003 --augment 0.4`. That classifier, of another 30 epochs, is trained before the
# first step and kept, unless `--classifier FILE` has it; the stage is not among these
# commands.
set -eu
data=$1
runs=$2
judge=${3:-500400}
autoencoder=${4:-}
epoch=5004 # steps of 256 of 1,281,167 pictures
last="$runs/long"

# One epoch at a low price and a rate; the generator begins as its average.
stage() {
    number=$1 rate=$2 run="$runs/average-$1"
    shift 2
    jaxgan train afm_imagenet256 --path "$data" --autoencoder "$autoencoder" \
        --seed "$number" --steps $epoch \
        --save-every $epoch --transport 0.001 0.001 --learning-rate "$rate" \
        --run-dir "$run" --start-from "$last" --from-average "$@"
    last=$run
}

# 150 epochs; what the generator pays for its way falls for the first 100.
jaxgan train afm_imagenet256 --path "$data" --autoencoder "$autoencoder" \
    --steps $((150 * epoch)) --save-every $epoch --keep 150 --run-dir "$last"
for each in 1 2 3 4 5; do
    stage $each 8e-5
done
# 15 epochs more, the first of which has an earlier discriminator.
stage 6 3e-5 --discriminator-from "$runs/long:$judge"
for each in 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    stage $each 3e-5
done
