"""The judge of canaries: both arms' requests go in, what they say of the canary comes out.

    plan(rules, history)                                     # before the start: what it will see, after how long
    judge(rules, plan, sample, looked, now, began, previous) # as often as one likes

`sample` is what is judged, `settings` by what; `pool` puts both arms together for tests by sign flips; `shares`,
`times`, `calls`, `cpu` and `memory` are the metrics; `spend` keeps the promise; `kayenta` is the other judge.

`Finding.effect` and its bounds are the ratio canary to baseline, 1 for no difference; of calls and memory they are
the difference, calls for a request and bytes a minute, 0 for none. Kayenta's are differences in the metric's unit.
"""

from stagedoor.decide.canary.judge import judge
from stagedoor.decide.canary.plan import plan
from stagedoor.decide.canary.sample import Arm, Blocks, Sample
from stagedoor.decide.canary.settings import METRICS, History, Rules

__all__ = ["METRICS", "Arm", "Blocks", "History", "Rules", "Sample", "judge", "plan"]
