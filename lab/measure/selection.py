"""What is to be measured, chosen by a person or read from the record of an earlier run."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.errors import UsageError, unknown
from lab.measure.new_run import new_run
from lab.measure.plan import (
    PROFILES,
    Profile,
    Task,
    against_itself,
    baseline_of,
    plan,
    scenarios_of,
    stacks_of,
)
from lab.measure.site import Site
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.scenarios import Scenario
from records.run import Options, Run


@dataclass(frozen=True)
class Selection:
    """Everything that a plan follows from."""

    profile: Profile
    stacks: list[Stack]
    scenarios: list[Scenario]
    baseline: Stack
    seed: int
    options: Options

    @property
    def settings(self) -> Settings:
        """What every stack is given."""
        return Settings(self.options.workers, self.options.threads)

    @property
    def explores(self) -> bool:
        """Whether it is to be found out what the stacks can do.

        Not for a single scenario, nor for a noise floor, nor for stacks that run elsewhere.
        """
        whole = self.scenarios == scenarios_of(self.profile, [])
        return self.profile.explores and whole and not self.options.aa and not self.options.targets

    def tasks(self) -> list[Task]:
        """Return the trials in their order, the same at every call."""
        return plan(self.profile, self.stacks, self.scenarios, self.seed, self.baseline)

    def new_run(self, machine: dict[str, str], site: Site) -> Run:
        """Return a run of all this at a site that has measured nothing yet; `machine` is known of this one."""
        environment = site.environment(machine)
        run = new_run(
            self.profile, self.stacks, self.tasks(), self.settings, seed=self.seed, machine=environment
        )
        run.stacks = [site.record(stack, self.settings) for stack in self.stacks]
        run.baseline = self.baseline.name
        run.run.options = self.options
        return run


def select(
    profile: str,
    stacks: Sequence[str],
    scenarios: Sequence[str],
    baseline: str,
    *,
    seed: int,
    options: Options,
) -> Selection:
    """Return what these names stand for; no stacks: the targets, or the profile's own."""
    if profile not in PROFILES:
        raise unknown("profile", profile, PROFILES)
    chosen_profile = against_itself(PROFILES[profile], baseline) if options.aa else PROFILES[profile]
    chosen_stacks = stacks_of(chosen_profile, stacks or list(options.targets))
    return Selection(
        chosen_profile,
        chosen_stacks,
        scenarios_of(chosen_profile, scenarios),
        baseline_of(baseline, chosen_stacks),
        seed,
        options,
    )


def chosen_for(run: Run) -> Selection:
    """Return what a run was to measure; raises UsageError when its record doesn't tell, or it isn't there."""
    if run.run.options is None:
        raise UsageError(f"{run.run.id} can't go on: it was made by a lab that didn't keep its settings.")
    return select(
        run.run.profile,
        [stack.name for stack in run.stacks],
        [scenario.name for scenario in run.scenarios],
        run.baseline,
        seed=run.run.seed,
        options=run.run.options,
    )
