"""What is said, and drawn, when a run ends."""

from jaxgan.run import pictures, progress
from jaxgan.run.devices import processes
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.files import metrics_log, provenance, run_directory
from jaxgan.run.training.invocation import Trained


def tell(trained: Trained, command: str) -> None:
    """Prints how a run ended, its diagnosis, and how to go on; on process 0 alone.

    Args:
      trained: the run; of one that is done the pictures are animated.
      command: that resumes it.
    """
    if not processes.is_chief():
        return
    run, outcome = trained.run, trained.outcome
    print(f"step {outcome.step}: {outcome.fingerprint}")
    for line in stored_diagnosis.closing_lines(run):
        print(line)
    if outcome.reason != "done":
        why = "time is up" if outcome.reason == "minutes" else outcome.reason
        print(f"stopped ({why}) and saved in {run}")
        print(f"resume with: {command}", flush=True)
        return
    folders = run_directory.sample_folders(run, trained.seeds)
    with progress.lasting("animating the pictures"):
        animated = [path for path in map(pictures.animate, folders) if path]
    for path in animated:
        provenance.mark(path, provenance.of_training(run, outcome.step))
    samples = run / run_directory.SAMPLES
    told = f", animated: {', '.join(map(str, animated))}" if animated else ""
    print(f"pictures: {samples}{told}")
    if len(trained.seeds) > 1:
        rows = metrics_log.read_rows(run / metrics_log.METRICS)
        print(f"curves: {pictures.curves(run / 'curves.png', rows)}")
    print(f"sample with: jaxgan sample {run}", flush=True)
