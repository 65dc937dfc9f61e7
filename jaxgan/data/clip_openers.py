"""The functions of `jaxgan.data` that open clips, which runs remember."""

from jaxgan.data.moving_digits import moving_mnist as moving_digits
from jaxgan.data.opening import opener
from jaxgan.data.radar import radar as radar_clips
from jaxgan.data.video_folder import videos as folder_of_videos

# The name tells what they are; only their order depends on who has prepared them.
moving_mnist = opener(moving_digits, "data_dir", strict=False)
radar = opener(radar_clips, "path")
videos = opener(folder_of_videos, "path")
