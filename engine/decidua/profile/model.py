"""The profile: one woman as a clinical researcher describes her, strict, typed, and silent where nothing is known."""

from typing import Any, Self, get_args

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from decidua.profile.consistency import Contradiction, find_contradictions, find_mismatches
from decidua.profile.finding import Section, YesNo, finding, unknown_section, where_it_belongs
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.investigations import ImmuneMarkers, Investigations
from decidua.profile.present import Plan, PregnancyNow
from decidua.profile.safety import Allergies, Checks, Conditions, Medicines

__all__ = ["Profile", "Tried"]


class Tried(Section):
    """What was tried before. ``complete`` makes an unlisted treatment a no."""

    complete: bool = Field(default=False, description="No other treatment was tried: an unlisted one is a no.")
    progestogens: YesNo = finding("Progestogens tried", fact="tried.progestogens")
    corticosteroids: YesNo = finding("Corticosteroids tried", fact="tried.corticosteroids")
    intralipid: YesNo = finding("Intralipid tried", fact="tried.intralipid")
    tnf_antagonists: YesNo = finding("TNF antagonists tried", fact="tried.tnf_antagonists")
    g_csf: YesNo = finding("G-CSF tried", fact="tried.g_csf")
    hydroxychloroquine: YesNo = finding("Hydroxychloroquine tried", fact="tried.hydroxychloroquine")
    ivig: YesNo = finding("Intravenous immunoglobulin tried", fact="tried.ivig")
    endometrial_scratching: YesNo = finding("Endometrial scratching tried", fact="tried.endometrial_scratching")
    lit: YesNo = finding("Lymphocyte immunisation tried", fact="tried.lit")
    calcineurin_inhibitors: YesNo = finding("Calcineurin inhibitors tried", fact="tried.calcineurin_inhibitors")
    prp: YesNo = finding("Platelet-rich plasma tried", fact="tried.prp")
    pbmc: YesNo = finding("Autologous mononuclear cells tried", fact="tried.pbmc")
    hcg_intrauterine: YesNo = finding("Intrauterine hCG tried", fact="tried.hcg_intrauterine")
    antithrombotics: YesNo = finding("Aspirin or heparin tried", fact="tried.antithrombotics")
    aspirin_and_heparin_failed: YesNo = finding(
        "Loss in spite of aspirin and heparin", fact="tried.aspirin_and_heparin_failed"
    )


class Profile(Section):
    """One woman with recurrent pregnancy loss or recurrent implantation failure.

    Every finding may be absent, and absent means unknown, never no. Only ``complete: true`` in a section turns what
    that section does not list into a no; an investigation is never completed that way. Give no name, date of birth or
    other identifier: none is needed and none is asked for.

    Raises:
        pydantic.ValidationError: On an unknown key (the nearest real one is named), a wrong type or a value outside the
            possible range.
            ``decidua.load_profile`` turns it into a ``ProfileError`` with file, line and field.
    """

    why: str | None = Field(
        default=None,
        min_length=1,
        max_length=600,
        description="One sentence on why she is here; shown, never computed with.",
    )
    age: float | None = finding("Age", fact="age", unit="years", at_least=12, at_most=65)
    bmi: float | None = finding("Body mass index", fact="bmi", unit="kg/m2", at_least=10, at_most=90)
    weight: float | None = finding("Body weight", fact="weight", unit="kg", at_least=25, at_most=350)
    pregnancies: Pregnancies = Field(
        default_factory=Pregnancies.model_construct, description="Her pregnancies before the present one."
    )
    transfers: Transfers = unknown_section(Transfers, "Her embryo transfers.")
    investigations: Investigations = Field(
        default_factory=Investigations.model_construct, description="What was tested, and the results."
    )
    immune: ImmuneMarkers = Field(
        default_factory=ImmuneMarkers.model_construct, description="Immune markers, with unit and assay."
    )
    conditions: Conditions = unknown_section(Conditions, "Her conditions.")
    allergies: Allergies = unknown_section(Allergies, "Her allergies.")
    medicines: Medicines = unknown_section(Medicines, "Her present medicines.")
    checks: Checks = unknown_section(Checks, "Checks done before a treatment starts.")
    tried: Tried = unknown_section(Tried, "Treatments tried before.")
    pregnancy: PregnancyNow = Field(
        default_factory=PregnancyNow.model_construct, description="Her present pregnancy, if there is one."
    )
    plan: Plan = unknown_section(Plan, "What is planned.")

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_nearest(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(given)
        except ValidationError as error:
            details = error.errors(include_url=False)
            if all(detail["type"] != "extra_forbidden" for detail in details):
                raise
            faults = [_named(detail, cls) for detail in details]
            raise ValidationError.from_exception_data(error.title, faults) from None

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        found = [
            *find_contradictions(
                self.pregnancies, self.transfers, self.investigations, self.conditions, self.pregnancy
            ),
            *find_mismatches(self.age, self.pregnancies, self.transfers, self.medicines, self.plan),
        ]
        if found:
            raise Contradiction(found)
        return self


def _named(detail: Any, root: type[Section]) -> InitErrorDetails:
    """Return one fault as it was, but that of an unknown key with the nearest real one."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        hint = where_it_belongs(detail["loc"], root)
        kind = PydanticCustomError("extra_forbidden", "There is no such field{hint}", {"hint": hint})
        context = {}
    elif kind not in get_args(ErrorType):
        kind, context = PydanticCustomError(kind, "{said}", {"said": detail["msg"]}), {}
    return InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=context)
