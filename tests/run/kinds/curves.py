"""A kind of data in one file: curves [T, 1], equally spaced in time.

It is drawn as lines, written as .csv, measured by its roughness, its spectra and the
Fréchet distance of its numbers, and its report shows spectra.
"""

import pathlib

import numpy as np

from jaxgan.core import Sample
from jaxgan.run.kinds import Kind, Material, Measure, Score, Section, Subject

SHOWN = 256
"""Curves that a spectrum is the mean of."""


def spectrum(sample):
    """The mean power [F] of curves at every frequency."""
    rows = np.asarray(sample.value)[..., 0]
    return np.square(np.abs(np.fft.rfft(rows))).mean(axis=0) / rows.shape[1]


def roughness(sample):
    """The mean size of steps from one time to the next."""
    return float(np.abs(np.diff(np.asarray(sample.value), axis=1)).mean())


def _roughness(material: Material):
    return [
        Score("roughness", roughness(material.samples)),
        Score("roughness of the data", roughness(material.examples())),
    ]


def _spectral_distance(material: Material):
    powers = [spectrum(x) for x in (material.samples, material.examples())]
    logs = [10.0 * np.log10(power + 1e-6) for power in powers]
    value = float(np.abs(logs[0] - logs[1]).mean())
    return [Score("spectral distance, dB", value, better="lower")]


def _spectra(subject: Subject):
    import plotly.graph_objects as go

    from jaxgan.run.charts import LEGEND, chart

    drawn = go.Figure()
    parts = {"real": subject.examples(SHOWN), "generated": subject.samples(SHOWN)}
    for name, sample in parts.items():
        drawn.add_scatter(y=spectrum(sample), name=name)
    drawn.update_layout(**LEGEND)
    return [chart(drawn, "spectra", "Spectra", "Mean power at every frequency.")]


class Curves(Kind):
    """Curves, as lines of one colour each."""

    unit = "curves"
    preview = 9
    suffix = ".csv"

    @property
    def measures(self):
        from jaxgan.run.kinds.measures.feature_measures import frechet

        return {
            "roughness": Measure(_roughness, features=False),
            "spectral-distance": Measure(_spectral_distance, features=False),
            "frechet": frechet(),
        }

    @property
    def sections(self):
        from jaxgan.run.kinds.sections.walk_section import WALKS

        return (Section("spectrum", "Spectrum", _spectra, leading=True), WALKS)

    def picture(self, sample: Sample) -> np.ndarray:
        rows = np.asarray(sample.value)[..., 0]
        canvas = np.full((60, rows.shape[1] * 4, 3), 255, np.uint8)
        heights = (29.5 - 29.5 * np.clip(rows, -1, 1)).round().astype(int)
        for place, row in enumerate(np.repeat(heights, 4, axis=1)):
            canvas[row, np.arange(len(row))] = (40 * place % 200, 90, 160)
        return canvas

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(path, np.asarray(sample.value)[0, :, 0], header="y", comments="")

    def features(self, source, protocol):
        from jaxgan.evaluation.raw_values import raw_values

        protocol.check_no_extractor(self.unit)
        return raw_values(source.shape)


curves = Curves()
