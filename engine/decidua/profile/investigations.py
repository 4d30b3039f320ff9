"""Her investigations and immune markers: each with its own type and unit, its date and assay where they matter."""

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from decidua.profile.finding import Section, YesNo, finding, measured

__all__ = ["AntiphospholipidTest", "Day", "ImmuneMarkers", "Investigations", "Measurement"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_day(value: Any) -> Any:
    """Read ``2024-01-31``; left alone, what is no such day is refused, numbers that could pass for seconds included."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
    except ValueError:
        return value


Day = Annotated[dt.date, BeforeValidator(_read_day, json_schema_input_type=dt.date)]
"""A day, written YYYY-MM-DD."""

NormalAbnormal = Literal["normal", "abnormal"] | None
PositiveNegative = Literal["positive", "negative"] | None
PresentAbsent = Literal["present", "absent"] | None


class Measurement(Section):
    """A measured value; its unit is always named, and its assay where that is known."""

    value: float = Field(ge=0, description="The value, in the unit named.")
    unit: str = Field(
        min_length=1,
        max_length=40,
        description="Unit of the value. One that cannot be converted exactly leaves the finding unknown, with a note.",
    )
    assay: str | None = Field(default=None, max_length=200, description="How it was measured.")
    date: Day | None = Field(default=None, description="Day of the sample (YYYY-MM-DD).")


class MeasuredSection(Section):
    """A section with measured values: one that is impossible in its own unit is refused."""

    @field_validator("*")
    @classmethod
    def _refuse_impossible(cls, value: Any, info: ValidationInfo) -> Any:
        extra = cls.model_fields[info.field_name or ""].json_schema_extra
        declared: Any = extra.get("x-decidua", {}) if isinstance(extra, dict) else {}
        if isinstance(value, Measurement) and value.unit == declared.get("unit") and value.value > declared["at_most"]:
            raise PydanticCustomError(
                "impossible_measurement",
                "{value} {unit} is not possible; it must be at most {most}",
                {"value": f"{value.value:g}", "unit": value.unit, "most": f"{declared['at_most']:g}"},
            )
        return value


class AntiphospholipidTest(MeasuredSection):
    """One round of antiphospholipid tests. Two positive ones persist only with dates at least 12 weeks apart."""

    date: Day | None = Field(default=None, description="Day of the sample (YYYY-MM-DD).")
    result: Literal["positive", "negative"] = Field(description="The round as a whole, by the laboratory's own limits.")
    lupus_anticoagulant: PositiveNegative = Field(default=None, description="Lupus anticoagulant.")
    anticardiolipin: Measurement | None = measured(
        "Highest anticardiolipin IgG or IgM, in GPL or MPL", unit="GPL_or_MPL", at_most=10000
    )
    anti_beta2gpi: Measurement | None = measured(
        "Highest anti-beta2-glycoprotein I IgG or IgM", unit="percentile", at_most=100
    )


class Investigations(MeasuredSection):
    """What was tested. An investigation that is not listed was not done, and its result stays unknown."""

    antiphospholipid: Annotated[tuple[AntiphospholipidTest, ...], Field(strict=False, max_length=20)] = Field(
        default=(), description="Antiphospholipid tests, one entry a blood sample."
    )
    antiphospholipid_risk_factors: YesNo = finding(
        "Risk factors for antiphospholipid syndrome", fact="workup.antiphospholipid_risk_factors"
    )
    thyroid: NormalAbnormal = finding("Thyroid function (TSH and free T4)", fact="workup.thyroid")
    thyroid_disease: Literal["none", "overt_hypothyroidism", "subclinical_hypothyroidism", "hyperthyroidism"] | None = (
        finding("Thyroid disease found", fact="workup.thyroid_disease")
    )
    tsh: Measurement | None = measured("TSH", fact="workup.tsh", unit="mIU/L", at_most=500)
    anti_tpo: PositiveNegative = finding("Anti-thyroid peroxidase antibodies", fact="workup.anti_tpo")
    parental_karyotype: Literal["normal", "balanced_rearrangement", "other_abnormality"] | None = finding(
        "Karyotype of both partners", fact="workup.parental_karyotype"
    )
    uterine_imaging: NormalAbnormal = finding("Uterine anatomy by imaging", fact="workup.uterine_imaging")
    uterine_finding: (
        Literal["none", "septum", "bicornuate", "unicornuate", "fibroid", "polyp", "adhesions", "adenomyosis", "other"]
        | None
    ) = finding("Uterine anomaly found", fact="workup.uterine_finding")
    uterine_finding_treated: YesNo = finding("Uterine anomaly treated", fact="workup.uterine_finding_treated")
    hysteroscopy: NormalAbnormal = finding("Hysteroscopy", fact="workup.hysteroscopy")
    inherited_thrombophilia: PresentAbsent = finding("Inherited thrombophilia", fact="workup.inherited_thrombophilia")
    factor_v_leiden: PresentAbsent = finding("Factor V Leiden", fact="workup.factor_v_leiden")
    prothrombin_variant: PresentAbsent = finding("Prothrombin gene variant", fact="workup.prothrombin_variant")
    protein_s: NormalAbnormal = finding("Protein S", fact="workup.protein_s")
    protein_c: NormalAbnormal = finding("Protein C", fact="workup.protein_c")
    antithrombin: NormalAbnormal = finding("Antithrombin", fact="workup.antithrombin")
    mthfr_variant: PresentAbsent = finding("MTHFR variant", fact="workup.mthfr_variant")
    factor_xii: NormalAbnormal = finding("Factor XII", fact="workup.factor_xii")
    chronic_endometritis: PositiveNegative = finding(
        "Chronic endometritis, by the laboratory's own cut-off", fact="workup.chronic_endometritis"
    )
    cd138_per_hpf: Measurement | None = measured(
        "CD138 plasma cells", fact="workup.cd138_per_hpf", unit="plasma_cells_per_hpf", at_most=1000
    )
    cd138_per_10hpf: Measurement | None = measured(
        "CD138 plasma cells in ten fields", fact="workup.cd138_per_10hpf", unit="plasma_cells_per_10_hpf", at_most=10000
    )
    endometrial_thickness: Measurement | None = measured(
        "Endometrial thickness", fact="workup.endometrial_thickness", unit="mm", at_most=50
    )
    endometrial_receptivity: NormalAbnormal = finding("Receptivity test (ERA)", fact="workup.endometrial_receptivity")
    endometrial_microbiome: NormalAbnormal = finding("Endometrial microbiome", fact="workup.endometrial_microbiome")
    mid_luteal_progesterone: Measurement | None = measured(
        "Mid-luteal progesterone", fact="workup.mid_luteal_progesterone", unit="ng/mL", at_most=500
    )
    vitamin_d: Measurement | None = measured("Vitamin D", fact="workup.vitamin_d", unit="nmol/L", at_most=1000)
    sperm_dna_fragmentation: Measurement | None = measured(
        "Sperm DNA fragmentation", fact="workup.sperm_dna_fragmentation", unit="percent", at_most=100
    )
    mitochondrial_dna: Measurement | None = measured(
        "Embryo mitochondrial DNA", fact="workup.mitochondrial_dna", unit="laboratory_score", at_most=1e6
    )
    pgt_a: NormalAbnormal = finding("PGT-A of the latest embryos", fact="workup.pgt_a")
    infection_screen: PositiveNegative = finding("Infection screening", fact="workup.infection_screen")
    prolactin: NormalAbnormal = finding("Prolactin, LH, androgens, AMH, insulin", fact="workup.prolactin")
    coeliac_serology: PositiveNegative = finding("IgA anti-tissue transglutaminase", fact="workup.coeliac_serology")
    lifestyle: NormalAbnormal = finding("Lifestyle (weight, smoking, alcohol, caffeine)", fact="workup.lifestyle")
    full_blood_count: NormalAbnormal = finding("Full blood count", fact="workup.full_blood_count")
    diabetes_test: NormalAbnormal = finding("Test for diabetes", fact="workup.diabetes_test")


class ImmuneMarkers(MeasuredSection):
    """Immune markers. None has a validated threshold; a blood value is never read as a uterine one."""

    nk_blood: Measurement | None = measured(
        "NK cells in blood, share of lymphocytes", fact="immune.nk_blood_percent", unit="percent", at_most=100
    )
    nk_blood_cytotoxicity: Measurement | None = measured(
        "NK killing in blood at an effector to target ratio of 50:1",
        fact="immune.nk_blood_cytotoxicity_percent",
        unit="percent",
        at_most=100,
    )
    nk_uterine_of_stroma: Measurement | None = measured(
        "Uterine NK cells, share of stromal cells",
        fact="immune.nk_uterine_percent_of_stroma",
        unit="percent",
        at_most=100,
    )
    nk_uterine: Measurement | None = measured(
        "Uterine NK cells, share as the laboratory states it",
        fact="immune.nk_uterine_percent",
        unit="percent",
        at_most=100,
    )
    nk_uterine_reported_high: YesNo = finding(
        "Uterine NK density called high by the laboratory", fact="immune.nk_uterine_reported_high"
    )
    ifng_il4_ratio: Measurement | None = measured(
        "Th1/Th2: intracellular IFN-gamma to IL-4", fact="immune.ifng_il4_ratio", unit="ratio", at_most=10000
    )
    th1: Measurement | None = measured("Th1 cells", fact="immune.th1_percent", unit="percent", at_most=100)
    th17_treg_ratio: Measurement | None = measured(
        "Th17 to regulatory T cells", fact="immune.th17_treg_ratio", unit="ratio", at_most=10000
    )
    tnf_il10_ratio: Measurement | None = measured(
        "TNF-alpha to IL-10 (stimulated T helper cells)", fact="immune.tnf_il10_ratio", unit="ratio", at_most=10000
    )
    tnf_serum_raised: YesNo = finding("Serum TNF-alpha called raised by the laboratory", fact="immune.tnf_serum_raised")
    cytokines: NormalAbnormal = finding("Blood cytokines", fact="immune.cytokines")
    cytokine_polymorphism: PresentAbsent = finding("Cytokine gene variants", fact="immune.cytokine_polymorphism")
    kir_genotype: Literal["AA", "A", "B"] | None = finding("KIR genotype", fact="immune.kir_genotype")
    paternal_hla_c2: YesNo = finding("Paternal HLA-C2", fact="immune.paternal_hla_c2")
    hla_sharing: PresentAbsent = finding("HLA sharing", fact="immune.hla_sharing")
    anti_hla: PositiveNegative = finding("Anti-HLA antibodies", fact="immune.anti_hla")
    anti_hy: PositiveNegative = finding("Anti-HY antibodies", fact="immune.anti_hy")
    blocking_antibodies: PresentAbsent = finding("Blocking antibodies (MLR)", fact="immune.blocking_antibodies")
    treg: Measurement | None = measured("Regulatory T cells", fact="immune.treg_percent", unit="percent", at_most=100)
    uterine_t_cells: NormalAbnormal = finding("Uterine T cells", fact="immune.uterine_t_cells")
    neo_self_antibody: PositiveNegative = finding("Anti-neo-self antibody", fact="immune.neo_self_antibody")
    ana: PositiveNegative = finding("Antinuclear antibodies", fact="immune.ana")
    ana_titre: Measurement | None = measured(
        "Antinuclear antibodies, titre", fact="immune.ana_titre", unit="reciprocal_titre", at_most=1e6
    )
    non_criteria_apl: PositiveNegative = finding("Anti-PE or anti-PS/PT antibodies", fact="immune.non_criteria_apl")
    autoantibody_any: YesNo = finding(
        "Any of ANA, anti-DNA, antilymphocyte or antiphospholipid antibody, repeatedly", fact="immune.autoantibody_any"
    )
