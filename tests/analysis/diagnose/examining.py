"""The findings of a script."""

from __future__ import annotations

import warnings

from gdtui.analysis.diagnose.examination import examine
from gdtui.analysis.diagnose.findings import find_findings
from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline


def findings_of(script):
    """What is wrong with a script, as ``gdtui diagnose`` finds it, without the proof."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Timeline(script) as timeline:
            study = Study(script)
            study.catch_up(timeline.start(), timeline.history)
            moment = timeline.run()
            study.catch_up(moment, timeline.history)
            facts = examine(script, moment, timeline.history, study.diagnosis, study.learning_rate)
            return find_findings(facts)
