"""What the queue promises when a worker dies: somebody looks for its jobs soon and often."""

from croniter import croniter

from shared.jobs import app


def test_stalled_jobs_are_looked_for_every_five_seconds() -> None:
    every = app.periodic_registry.periodic_tasks.values()
    [periodic] = [each for each in every if each.task.name == "jobs.retry_stalled"]
    ticks = croniter(periodic.cron, 0.0)
    assert [ticks.get_next(float) for _ in range(15)] == [5.0 * tick for tick in range(1, 16)]
