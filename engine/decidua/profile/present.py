"""Where she stands now: the present pregnancy, if there is one, and what is planned."""

from typing import Literal

from decidua.profile.finding import Section, YesNo, finding
from decidua.profile.history import Weeks

__all__ = ["Plan", "PregnancyNow"]


class Plan(Section):
    """What is planned, where she is not pregnant now."""

    next: Literal["natural", "transfer", "none"] | None = finding("How the next pregnancy is planned", fact="plan.next")
    good_frozen_embryo: YesNo = finding("A good frozen embryo is available", fact="plan.good_frozen_embryo")
    oocytes: Literal["own", "donor"] | None = finding("Whose oocytes are planned", fact="plan.oocytes")
    oocyte_age: float | None = finding(
        "Age at retrieval of the oocytes to be used", fact="plan.oocyte_age", unit="years", at_least=15, at_most=60
    )


class PregnancyNow(Section):
    """The present pregnancy, if there is one."""

    pregnant: YesNo = finding("Pregnant now", fact="pregnancy.pregnant")
    weeks: Weeks | None = finding("Weeks of the present pregnancy", fact="pregnancy.weeks", unit="weeks")
    conceived: Literal["naturally", "art"] | None = finding(
        "How the present pregnancy was conceived", fact="pregnancy.conceived"
    )
    bleeding: YesNo = finding("Vaginal bleeding in this pregnancy", fact="pregnancy.bleeding")
    intrauterine_on_scan: YesNo = finding("Intrauterine pregnancy seen on scan", fact="pregnancy.intrauterine_on_scan")
    heartbeat: YesNo = finding("Heartbeat seen", fact="pregnancy.heartbeat")
    missed_miscarriage: YesNo = finding("Missed miscarriage", fact="pregnancy.missed_miscarriage")
    ectopic: YesNo = finding("Ectopic pregnancy now", fact="pregnancy.ectopic")
    breastfeeding: YesNo = finding("Breastfeeding", fact="pregnancy.breastfeeding")
