"""The profile: strict types, possible values, and messages that name the file, the line, the field and the cure."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

import decidua
from decidua.errors import DeciduaError, Fault, ProfileError, nearest
from decidua.profile.history import Embryo, Pregnancy, Transfer
from decidua.profile.investigations import AntiphospholipidTest, Measurement
from decidua.profile.model import Profile
from decidua.profile.reading import MAX_PROFILE_BYTES, load_profile, parse_profile


def faults(text):
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, name="woman.yaml")
    assert all(fault.file == "woman.yaml" for fault in caught.value.faults)
    return caught.value.faults


def fault(text):
    (only,) = faults(text)
    return only


def inner(annotation):
    """The models, literals and plain types within an annotation."""
    if get_origin(annotation) is not None and str(get_origin(annotation)) != "typing.Literal":
        parts = (annotation.__origin__,) if hasattr(annotation, "__metadata__") else get_args(annotation)
        return [kind for part in parts for kind in inner(part)]
    return [annotation]


def fields(model, path=()):
    """Every field of the profile with its path; one of a list stands at place 0."""
    for name, field in model.model_fields.items():
        kinds = [kind for kind in inner(field.annotation) if kind is not type(None) and kind is not Ellipsis]
        nested = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        yield (*path, name), kinds[0], field
        for kind in nested:
            of_a_list = "tuple" in str(field.annotation)
            yield from fields(kind, (*path, name, 0) if of_a_list else (*path, name))


FIELDS = list(fields(Profile))
REQUIRED = {Pregnancy: {"outcome": "miscarriage"}, AntiphospholipidTest: {"result": "negative"}}
REQUIRED |= {Measurement: {"value": 1.0, "unit": "percent"}, Transfer: {}, Embryo: {}}


def profile_with(path, value):
    """A profile that holds one value, and what its surroundings cannot be without."""
    owner: Any = Profile
    whole: dict[str, Any] = {}
    at: Any = whole
    for step, following in itertools.pairwise(path):
        if isinstance(step, int):
            continue
        owner = next(
            (kind for kind in inner(owner.model_fields[step].annotation) if hasattr(kind, "model_fields")), owner
        )
        entry = dict(REQUIRED.get(owner, {}))
        at[step] = [entry] if isinstance(following, int) else entry
        at = entry
    at[path[-1]] = value
    return whole


def refused(path, value):
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(profile_with(path, value))
    return [detail["loc"] for detail in caught.value.errors()]


def dotted(path):
    return ".".join(map(str, path))


LEAVES = [(path, kind, field) for path, kind, field in FIELDS if not hasattr(kind, "model_fields")]
WRONG = {
    bool: ("yes", 1, 0, "true", [], {}),
    int: ("3", 3.0, 2.5, True, [], float("nan")),
    float: ("3", True, [], {}, float("nan"), float("inf"), -float("inf")),
    str: (3, True, [], {}, ""),
    dt.date: (
        0,
        86400,
        20240131,
        1.5,
        True,
        "2024-02-30",
        "2024-1-5",
        "20240131",
        "31.01.2024",
        "0",
        "2024-01-31T00:00",
    ),
}


def test_the_fields_of_every_kind_are_looked_at_below():
    kinds = {"choice" if get_origin(kind) else kind for _, kind, _ in LEAVES}
    assert kinds == {"choice", *WRONG}
    assert len(LEAVES) > 250


@pytest.mark.parametrize(("path", "kind"), [leaf[:2] for leaf in LEAVES], ids=[dotted(leaf[0]) for leaf in LEAVES])
def test_a_field_takes_its_own_type_and_nothing_that_could_pass_for_it(path, kind):
    choice = get_origin(kind) is not None
    for value in ("no such thing", "", 1, True, ["normal"]) if choice else WRONG[kind]:
        if (path[-1], value) == ("assay", ""):
            continue  # an assay may be left open
        assert refused(path, value) == [path], value


LIMITS = [
    (path, field, limit)
    for path, kind, field in LEAVES
    if kind in (int, float)
    for limit in (
        *field.metadata,
        *(one for part in get_args(field.annotation) for one in getattr(part, "__metadata__", ())),
    )
    if hasattr(limit, "ge") or hasattr(limit, "le")
]


@pytest.mark.parametrize(
    ("path", "limit"),
    [(path, limit) for path, _, limit in LIMITS],
    ids=[f"{dotted(path)}-{limit}" for path, _, limit in LIMITS],
)
def test_a_number_may_be_at_its_limit_and_not_beyond(path, limit):
    lower = hasattr(limit, "ge")
    bound = limit.ge if lower else limit.le
    beyond = bound - 1 if lower else bound + 1
    assert refused(path, beyond) == [path]
    Profile.model_validate(profile_with(path, bound))


def test_every_number_of_the_profile_has_a_smallest_possible_value():
    bounded = {path for path, _, limit in LIMITS if hasattr(limit, "ge")}
    assert {path for path, kind, _ in LEAVES if kind in (int, float)} == bounded


def sections():
    yield (), Profile
    for path, kind, _ in FIELDS:
        if hasattr(kind, "model_fields"):
            yield path, kind


@pytest.mark.parametrize(
    "path", [path for path, _ in sections()], ids=[dotted(path) or "profile" for path, _ in sections()]
)
def test_no_section_takes_a_field_that_does_not_exist(path):
    in_a_list = path and "tuple" in str(next(field.annotation for where, _, field in FIELDS if where == path))
    unknown = (*path, 0, "surname") if in_a_list else (*path, "surname")
    assert refused(unknown, "x") == [unknown]


@pytest.mark.parametrize("path", [path for path, _ in sections() if path], ids=dotted)
@pytest.mark.parametrize("value", [3, "x", True])
def test_no_section_takes_a_plain_value(path, value):
    assert refused(path, value)


def test_a_profile_is_never_changed_after_it_was_read():
    profile = Profile(age=34.0)
    with pytest.raises(ValidationError):
        profile.age = 35.0
    with pytest.raises(ValidationError):
        profile.conditions.lupus = True
    assert profile.age == 34


def test_a_profile_comes_back_from_its_own_output_unchanged():
    text = """
why: She is here.
age: 34
pregnancies: {singles: [{outcome: miscarriage, weeks: 9w6d}]}
transfers: {singles: [{outcome: negative_hcg, embryos: [{stage: blastocyst}]}]}
investigations:
  tsh: {value: 2, unit: mIU/L, date: 2024-01-31}
  antiphospholipid: [{result: positive, date: 2024-01-31, anti_beta2gpi: {value: 99, unit: percentile}}]
"""
    profile = parse_profile(text)
    assert Profile.model_validate(profile.model_dump()) == profile
    assert Profile.model_validate_json(profile.model_dump_json()) == profile
    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301
    assert profile.investigations.tsh.date == dt.date(2024, 1, 31)


def test_an_empty_profile_is_a_profile_and_knows_nothing():
    for text in ("{}", "---\n", "null"):
        assert parse_profile(text) == Profile()


@pytest.mark.parametrize(
    ("written", "weeks"),
    [
        ("8", 8),
        ("8.5", 8.5),
        ("8w0d", 8),
        ("8w3d", 8 + 3 / 7),
        ("8w3", 8 + 3 / 7),
        ("'8w6d'", 8 + 6 / 7),
        ("12w1d", 12 + 1 / 7),
    ],
)
def test_weeks_are_read_with_days_or_without(written, weeks):
    profile = parse_profile(f"pregnancies: {{singles: [{{outcome: miscarriage, weeks: {written}}}]}}")
    assert profile.pregnancies.singles[0].weeks == pytest.approx(weeks, abs=1e-12)
    assert parse_profile(f"pregnancy: {{weeks: {written}}}").pregnancy.weeks == pytest.approx(weeks, abs=1e-12)


@pytest.mark.parametrize(
    "written", ["8w7d", "8 weeks", "w3d", "8w3d2", "108w1d", "'8'", "-8w1d", "8W3D", "1w6d", "45w1d"]
)
def test_weeks_that_are_no_gestational_age_are_refused(written):
    assert fault(f"pregnancy: {{weeks: {written}}}").field == "pregnancy.weeks"


# Messages

OF_PREGNANCIES = (
    "complete, losses, clinical_losses, biochemical_losses, consecutive_losses, losses_before_10_weeks, "
    "losses_from_14_weeks, euploid_losses, aneuploid_losses, unbalanced_losses, losses_with_current_partner, "
    "ectopic and 6 more"
)

MESSAGES = [
    ("age: '34'", 1, "age", "'34' stands in quotes; write the number without them"),
    ("bmi: 22\nage: yes", 2, "age", "'true' is not a number"),
    ("age: 1e999", 1, "age", "'Infinity' is not a finite number"),
    ("age: 11.9", 1, "age", "'11.9' is not possible; it must be at least 12"),
    ("weight: 351", 1, "weight", "'351' is not possible; it must be at most 350"),
    ("age: [34]", 1, "age", "a list is not a number"),
    ("age: {years: 34}", 1, "age", "a mapping is not a number"),
    ("why: ''", 1, "why", "'' is not long enough; give at least one character"),
    ("why: 3", 1, "why", "'3' is not text"),
    (f"why: {'x' * 601}", 1, "why", "has 601 characters; it may have at most 600"),
    (
        "pregnancies:\n  losses: 2.5",
        2,
        "pregnancies.losses",
        "'2.5' is not a whole number",
    ),
    ("pregnancies:\n  losses: 41", 2, "pregnancies.losses", "'41' is not possible; it must be at most 40"),
    ("pregnancies:", 1, "pregnancies", f"an empty value is not a mapping of fields; its fields are {OF_PREGNANCIES}"),
    ("pregnancies: [1]", 1, "pregnancies", f"a list is not a mapping of fields; its fields are {OF_PREGNANCIES}"),
    (
        "plan: transfer",
        1,
        "plan",
        "'transfer' is not a mapping of fields; its fields are next, good_frozen_embryo, oocytes, oocyte_age",
    ),
    (
        "pregnancies:\n  singles: 3",
        2,
        "pregnancies.singles",
        "'3' is not a list; write each entry on a line of its own that begins with '- '",
    ),
    (
        "pregnancies:\n  singles:\n    - outcome: molar\n    - weeks: 8",
        4,
        "pregnancies.singles.2.outcome",
        "is required here; add it",
    ),
    (
        "conditions:\n  complete: yes\n  lupus: maybe",
        3,
        "conditions.lupus",
        "'maybe' is not yes or no (without quotes)",
    ),
    ("conditions:\n  lupus: 'no'", 2, "conditions.lupus", "'no' is not yes or no (without quotes)"),
    (
        "investigations:\n  thyroid: norml",
        2,
        "investigations.thyroid",
        "'norml' is not one of normal, abnormal; did you mean 'normal'?",
    ),
    (
        "investigations:\n  thyroid: yes",
        2,
        "investigations.thyroid",
        "'true' is not one of normal, abnormal",
    ),
    (
        "investigations:\n  tsh: {value: 2}",
        2,
        "investigations.tsh.unit",
        "is required here; add it",
    ),
    (
        "investigations:\n  tsh: 2",
        2,
        "investigations.tsh",
        "'2' is not a value with its unit, such as {value: 1, unit: mIU/L}",
    ),
    (
        "investigations: {antiphospholipid: [{result: positive, anticardiolipin: 60}]}",
        1,
        "investigations.antiphospholipid.1.anticardiolipin",
        "'60' is not a value with its unit, such as {value: 1, unit: GPL_or_MPL}",
    ),
    ("losses: 4", 1, "losses", "there is no such field; 'pregnancies' has one of that name"),
    ("conditions: {egg: yes}", 1, "conditions.egg", "there is no such field; 'allergies' has one of that name"),
    ("medicines: {comlete: yes}", 1, "medicines.comlete", "there is no such field; did you mean 'complete'?"),
    (
        "ciclosporin: yes",
        1,
        "ciclosporin",
        "there is no such field; 'allergies' and 'medicines' have one of that name",
    ),
    (
        "investigations: {parental_karyotype: abnormal}",
        1,
        "investigations.parental_karyotype",
        "'abnormal' is not one of normal, balanced_rearrangement, other_abnormality; did you mean 'other_abnormality'?",
    ),
    (
        "investigations:\n  tsh: {value: 501, unit: mIU/L}",
        2,
        "investigations.tsh",
        "501 mIU/L is not possible; it must be at most 500",
    ),
    (
        "immune:\n  nk_blood:\n    value: 120\n    unit: percent",
        2,
        "immune.nk_blood",
        "120 percent is not possible; it must be at most 100",
    ),
    (
        "investigations:\n  antiphospholipid:\n  - result: positive\n    anti_beta2gpi: {value: 101, unit: percentile}",
        4,
        "investigations.antiphospholipid.1.anti_beta2gpi",
        "101 percentile is not possible; it must be at most 100",
    ),
    (
        "investigations:\n  tsh: {value: 2, unit: mIU/L, date: 2024-02-30}",
        2,
        "investigations.tsh.date",
        "'2024-02-30' is not a date (YYYY-MM-DD)",
    ),
    (
        "transfers: {singles: [{embryos: []}]}",
        1,
        "transfers.singles.1.embryos",
        "holds no embryo; leave it out where the embryos are not known",
    ),
    (
        f"pregnancies: {{singles: [{', '.join(['{outcome: molar}'] * 61)}]}}",
        1,
        "pregnancies.singles",
        "holds 61 entries; it must hold at most 60",
    ),
    ("aeg: 34", 1, "aeg", "there is no such field; did you mean 'age'?"),
    ("conditions:\n  diabtes: yes", 2, "conditions.diabtes", "there is no such field; did you mean 'diabetes'?"),
    (
        "transfers:\n  singles:\n    - outcome: negative_hcg\n      embryo: good",
        4,
        "transfers.singles.1.embryo",
        "there is no such field; did you mean 'embryos'?",
    ),
    (
        "transfers:\n  singles:\n    - date: 2024-01-31",
        3,
        "transfers.singles.1.date",
        (
            "there is no such field; it may hold order, outcome, kind, oocytes, oocyte_age, predicted_chance, "
            "with_immunomodulation, embryos"
        ),
    ),
    (
        "plan:\n  xyz(1): 2",
        2,
        "plan.xyz(1)",
        "there is no such field; it may hold next, good_frozen_embryo, oocytes, oocyte_age",
    ),
]


@pytest.mark.parametrize(
    ("text", "line", "field", "message"), MESSAGES, ids=[f"{row[2]}: {row[3][:40]}" for row in MESSAGES]
)
def test_a_message_names_the_line_the_field_and_what_is_allowed(text, line, field, message):
    assert fault(text) == Fault(message, file="woman.yaml", line=line, field=field)


def test_a_long_list_of_fields_is_cut_in_the_message():
    message = fault("conditions: {qqqq: yes}").message
    assert message.startswith("there is no such field; it may hold complete, lactose_intolerance, ")
    assert message.endswith(f" and {len(Profile.model_fields['conditions'].annotation.model_fields) - 12} more")


def test_several_faults_are_told_in_one_go_in_the_order_of_the_lines():
    found = faults(
        "bmi: 9\nconditions: {lupus: 3}\npregnancies:\n  singles:\n    - {outcome: lost, weeks: 99}\n    - 3\naeg: 34\n"
    )
    assert [(one.line, one.field) for one in found] == [
        (1, "bmi"),
        (2, "conditions.lupus"),
        (5, "pregnancies.singles.1.outcome"),
        (5, "pregnancies.singles.1.weeks"),
        (6, "pregnancies.singles.2"),
        (7, "aeg"),
    ]


def test_the_error_reads_as_one_line_a_fault():
    with pytest.raises(ProfileError) as caught:
        parse_profile("age: 3\nbmi: 3\n", name="woman.yaml")
    assert str(caught.value) == (
        "woman.yaml, line 1: age: '3' is not possible; it must be at least 12\n"
        "woman.yaml, line 2: bmi: '3' is not possible; it must be at least 10"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- age: 34\n", "is a list; a profile is a mapping such as 'age: 34' (see 'decidua schema profile')"),
        ("34\n", "is a single value; a profile is a mapping such as 'age: 34' (see 'decidua schema profile')"),
        ("age: 34\n---\nage: 35\n", "a second document starts here; give one document a file"),
        ("", "is empty; it must hold one document"),
    ],
)
def test_what_is_no_mapping_is_no_profile(text, message):
    assert fault(text).message == message


def test_a_profile_is_read_from_a_file_in_yaml_or_in_json(tmp_path):
    (tmp_path / "a.yaml").write_text("age: 34\nconditions: {lupus: no}\n", encoding="utf-8")
    (tmp_path / "a.json").write_text('{"age": 34, "conditions": {"lupus": false}}', encoding="utf-8")
    expected = Profile.model_validate({"age": 34, "conditions": {"lupus": False}})
    assert load_profile(tmp_path / "a.yaml") == load_profile(str(tmp_path / "a.json")) == expected
    assert decidua.load_profile(tmp_path / "a.yaml") == expected


def test_a_file_that_cannot_be_read_is_a_fault_of_the_profile(tmp_path):
    with pytest.raises(ProfileError, match="does not exist; check the path"):
        load_profile(tmp_path / "nobody.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * (MAX_PROFILE_BYTES + 1))
    with pytest.raises(ProfileError, match="probably the wrong file"):
        load_profile(tmp_path / "big.yaml")


def test_an_endless_device_is_refused_and_not_read():
    with pytest.raises(ProfileError, match="is a device or a pipe, not a file"):
        load_profile("/dev/zero")


def test_an_error_can_be_sent_to_another_process_and_still_names_its_faults():
    with pytest.raises(ProfileError) as caught:
        parse_profile("age: 3", name="woman.yaml")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (type(again), again.faults, str(again)) == (ProfileError, caught.value.faults, str(caught.value))


@pytest.mark.parametrize(
    ("fault_", "text"),
    [
        (Fault("is odd"), "is odd"),
        (Fault("is odd", file="w.yaml"), "w.yaml: is odd"),
        (Fault("is odd", line=3), "line 3: is odd"),
        (Fault("is odd", file="w.yaml", line=3), "w.yaml, line 3: is odd"),
        (Fault("is odd", field="age"), "age: is odd"),
        (Fault("is odd", file="w.yaml", line=3, field="age"), "w.yaml, line 3: age: is odd"),
    ],
)
def test_a_fault_says_where_it_is_as_far_as_that_is_known(fault_, text):
    assert str(fault_) == text


def test_an_error_takes_a_sentence_or_a_fault_or_several():
    assert DeciduaError("is odd").faults == (Fault("is odd"),)
    assert DeciduaError(Fault("is odd")).faults == (Fault("is odd"),)
    assert str(DeciduaError([Fault("is odd"), Fault("is even")])) == "is odd\nis even"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("lossestotal", "; did you mean 'losses.total'?"),
        ("pregnancies.total", "; did you mean 'losses.total'?"),
        ("xyz", ""),
    ],
)
def test_a_misspelt_name_comes_with_the_nearest_real_one(name, hint):
    assert nearest(name, ["age", "losses.total"]) == hint


# What cannot be true together

LOSS = "{outcome: miscarriage}"
CONTRADICTIONS = [
    (
        "pregnancies: {losses: 3, clinical_losses: 4}",
        "pregnancies.clinical_losses",
        "is 4, more than the 3 losses in all; correct one of the two",
    ),
    *(
        (
            f"pregnancies: {{losses: 1, {name}: 2}}",
            f"pregnancies.{name}",
            "is 2, more than the 1 losses in all; correct one of the two",
        )
        for name in (
            "biochemical_losses",
            "consecutive_losses",
            "losses_before_10_weeks",
            "losses_from_14_weeks",
            "euploid_losses",
            "aneuploid_losses",
            "unbalanced_losses",
            "losses_with_current_partner",
            "losses_since_last_live_birth",
        )
    ),
    (
        "pregnancies: {losses: 3, clinical_losses: 2, biochemical_losses: 2}",
        "pregnancies.clinical_losses",
        "clinical_losses and biochemical_losses make 4, more than the 3 losses in all; correct one of them",
    ),
    (
        "pregnancies: {losses: 3, clinical_losses: 1, biochemical_losses: 1}",
        "pregnancies.losses",
        "clinical_losses 1 and biochemical_losses 1 do not make the 3 losses in all; correct one of them",
    ),
    (
        "pregnancies: {losses: 3, losses_before_10_weeks: 2, losses_from_14_weeks: 2}",
        "pregnancies.losses_before_10_weeks",
        "losses_before_10_weeks and losses_from_14_weeks make 4, more than the 3 losses in all; correct one of them",
    ),
    (
        "pregnancies: {losses: 3, euploid_losses: 2, aneuploid_losses: 1, unbalanced_losses: 1}",
        "pregnancies.euploid_losses",
        "euploid_losses and aneuploid_losses and unbalanced_losses make 4, more than the 3 losses in all; correct one of them",
    ),
    (
        "pregnancies: {clinical_losses: 1, biochemical_losses: 1, euploid_losses: 3}",
        "pregnancies.clinical_losses",
        "clinical_losses 1 and biochemical_losses 1 and euploid_losses 3 cannot be true together; correct one of them",
    ),
    (
        "pregnancies: {clinical_losses: 1, biochemical_losses: 1, euploid_losses: 3, aneuploid_losses: 3}",
        "pregnancies.clinical_losses",
        "clinical_losses 1 and biochemical_losses 1 and aneuploid_losses 3 cannot be true together; correct one of them",
    ),
    (
        f"pregnancies: {{losses: 1, singles: [{LOSS}, {LOSS}]}}",
        "pregnancies.singles",
        "describes 2 losses, but 'losses' is 1; correct one of the two",
    ),
    (
        f"pregnancies: {{complete: yes, losses: 3, singles: [{LOSS}, {LOSS}]}}",
        "pregnancies.singles",
        "is declared complete and describes 2 losses, but 'losses' is 3; describe the others or drop 'complete'",
    ),
    (
        f"pregnancies: {{clinical_losses: 1, singles: [{LOSS}, {LOSS}]}}",
        "pregnancies.clinical_losses",
        "is 1, but the pregnancies described make it at least 2",
    ),
    (
        f"pregnancies: {{complete: yes, live_births: 1, singles: [{LOSS}]}}",
        "pregnancies.live_births",
        "is 1, but the pregnancies described make it at most 0",
    ),
    (
        f"pregnancies: {{complete: yes, euploid_losses: 2, singles: [{LOSS}]}}",
        "pregnancies.euploid_losses",
        "is 2, but the pregnancies described make it at most 1",
    ),
    (
        "pregnancies: {losses_before_10_weeks: 0, singles: [{outcome: miscarriage, weeks: 9w6d}]}",
        "pregnancies.losses_before_10_weeks",
        "is 0, but the pregnancies described make it at least 1",
    ),
    (
        (
            "pregnancies: {clinical_losses: 1, biochemical_losses: 1, singles: "
            "[{outcome: loss_of_unknown_kind}, {outcome: loss_of_unknown_kind}, {outcome: loss_of_unknown_kind}]}"
        ),
        "pregnancies.clinical_losses",
        (
            "clinical_losses 1 and biochemical_losses 1 cannot be true together with the pregnancies described; "
            "correct one of them"
        ),
    ),
    (
        "pregnancies: {losses: 2, euploid_losses: 2, singles: [{outcome: miscarriage, karyotype: aneuploid}]}",
        "pregnancies.losses",
        "losses 2 and euploid_losses 2 cannot be true together with the pregnancies described; correct one of them",
    ),
    (
        "pregnancies: {losses: 3, losses_before_10_weeks: 3, singles: [{outcome: miscarriage, weeks: 12}]}",
        "pregnancies.losses",
        (
            "losses 3 and losses_before_10_weeks 3 cannot be true together with the pregnancies described; "
            "correct one of them"
        ),
    ),
    (
        "pregnancies: {losses: 3, live_births: 0, losses_since_last_live_birth: 2}",
        "pregnancies.losses_since_last_live_birth",
        "is 2, but she has no live birth and 3 losses; correct one of them",
    ),
    (
        "pregnancies: {complete: yes, losses: 3, losses_since_last_live_birth: 2}",
        "pregnancies.losses",
        (
            "losses 3 and losses_since_last_live_birth 2 cannot be true together, where 'complete' says that "
            "nothing else happened; correct one of them"
        ),
    ),
    (
        "pregnancies: {complete: yes, losses: 4, live_births: 1, consecutive_losses: 1}",
        "pregnancies.losses",
        (
            "losses 4 and consecutive_losses 1 and live_births 1 cannot be true together, where 'complete' says that "
            "nothing else happened; correct one of them"
        ),
    ),
    (
        "pregnancies: {losses: 4, live_births: 1, losses_since_last_live_birth: 2, consecutive_losses: 3}",
        "pregnancies.losses",
        (
            "losses 4 and consecutive_losses 3 and losses_since_last_live_birth 2 cannot be true together; "
            "correct one of them"
        ),
    ),
    (
        "pregnancies: {losses: 2, consecutive_losses: 0}",
        "pregnancies.losses",
        "losses 2 and consecutive_losses 0 cannot be true together; correct one of them",
    ),
    (
        (
            "pregnancies: {complete: yes, consecutive_losses: 2, singles: "
            "[{outcome: miscarriage, order: 1}, {outcome: live_birth, order: 2}, {outcome: miscarriage, order: 3}]}"
        ),
        "pregnancies.consecutive_losses",
        "is 2, but the pregnancies described make it at most 1",
    ),
    (
        "pregnancies: {singles: [{outcome: molar, order: 1}, {outcome: molar, order: 1}]}",
        "pregnancies.singles.2.order",
        "is 1, like that of number 1 in the list; each has its own place",
    ),
    (
        "pregnancies: {complete: yes, singles: [{outcome: molar, order: 1}, {outcome: molar, order: 3}]}",
        "pregnancies.singles.2.order",
        "is 3, but there are 2 pregnancies in all; correct one of the two",
    ),
    (
        "pregnancies: {singles: [{outcome: ongoing, order: 1}, {outcome: molar, order: 2}]}",
        "pregnancies.singles.1.outcome",
        "is ongoing, but another pregnancy goes on or came later; correct one of the two",
    ),
    (
        "pregnancies: {singles: [{outcome: ongoing}, {outcome: ongoing}]}",
        "pregnancies.singles.2.outcome",
        "is ongoing, but another pregnancy goes on or came later; correct one of the two",
    ),
    (
        "pregnancies: {singles: [{outcome: ongoing}]}\npregnancy: {pregnant: no}",
        "pregnancies.singles.1.outcome",
        "is ongoing, but 'pregnancy.pregnant' is no; correct one of the two",
    ),
    *(
        (
            f"pregnancies: {{singles: [{{outcome: biochemical_loss, confirmed_by: {how}}}]}}",
            "pregnancies.singles.1.confirmed_by",
            f"is {how}, but a biochemical loss is a positive test only; correct one of the two",
        )
        for how in ("ultrasound", "histology")
    ),
    (
        "transfers: {total: 2, failed: 3}",
        "transfers.failed",
        "is 3, more than the 2 transfers in all; correct one of the two",
    ),
    (
        "transfers: {total: 1, failed: 3, singles: [{outcome: negative_hcg}]}",
        "transfers.failed",
        "is 3, more than the 1 transfers in all; correct one of the two",
    ),
    *(
        (
            f"transfers: {{total: 5, failed: 1, {name}: 2}}",
            f"transfers.{name}",
            "is 2, more than the 1 failed transfers; correct one of the two",
        )
        for name in (
            "failed_consecutive",
            "negative_hcg",
            "failed_with_good_embryo",
            "failed_euploid_blastocyst",
            "failed_with_immunomodulation",
        )
    ),
    (
        "transfers: {total: 1, negative_hcg: 2}",
        "transfers.negative_hcg",
        "is 2, more than the 1 transfers in all; correct one of the two",
    ),
    (
        "transfers: {embryos_failed: 2, good_embryos_failed: 3}",
        "transfers.good_embryos_failed",
        "is 3, more than the 2 embryos in failed transfers",
    ),
    (
        "transfers: {failed: 3, embryos_failed: 2}",
        "transfers.failed",
        "failed 3 and embryos_failed 2 cannot be true together; correct one of them",
    ),
    (
        "transfers: {failed_with_good_embryo: 3, good_embryos_failed: 2}",
        "transfers.failed_with_good_embryo",
        "failed_with_good_embryo 3 and good_embryos_failed 2 cannot be true together; correct one of them",
    ),
    (
        "transfers: {total: 1, singles: [{}, {}]}",
        "transfers.singles",
        "describes 2 transfers, but 'total' is 1; correct one of the two",
    ),
    (
        "transfers: {complete: yes, total: 3, singles: [{}, {}]}",
        "transfers.singles",
        "is declared complete and describes 2 transfers, but 'total' is 3; describe the others or drop 'complete'",
    ),
    (
        "transfers: {failed: 0, singles: [{outcome: negative_hcg}]}",
        "transfers.failed",
        "is 0, but the transfers described make it at least 1",
    ),
    (
        "transfers: {complete: yes, embryos_failed: 3, singles: [{outcome: negative_hcg, embryos: [{}]}]}",
        "transfers.embryos_failed",
        "is 3, but the transfers described make it at most 1",
    ),
    (
        "transfers: {total: 3, failed: 3, singles: [{outcome: live_birth}]}",
        "transfers.total",
        "total 3 and failed 3 cannot be true together with the transfers described; correct one of them",
    ),
    (
        "transfers: {total: 3, singles: [{order: 4}]}",
        "transfers.singles.1.order",
        "is 4, but there are 3 transfers in all; correct one of the two",
    ),
    (
        "transfers: {complete: yes, singles: [{order: 2}]}",
        "transfers.singles.1.order",
        "is 2, but there are 1 transfers in all; correct one of the two",
    ),
    (
        "investigations: {uterine_imaging: normal, uterine_finding: septum}",
        "investigations.uterine_imaging",
        "is normal, but uterine_finding is septum and not said to be treated; correct one of the two",
    ),
    (
        "investigations: {uterine_imaging: abnormal, uterine_finding: none}",
        "investigations.uterine_finding",
        "is none, but uterine_imaging is abnormal; correct one of the two",
    ),
    (
        "investigations: {thyroid: normal, thyroid_disease: hyperthyroidism}",
        "investigations.thyroid",
        "is normal, but thyroid_disease is hyperthyroidism; correct one of the two",
    ),
    (
        "investigations: {thyroid: abnormal, thyroid_disease: none}",
        "investigations.thyroid_disease",
        "is none, but thyroid is abnormal; correct one of the two",
    ),
    (
        "investigations: {antiphospholipid: [{result: positive}, {result: negative, lupus_anticoagulant: positive}]}",
        "investigations.antiphospholipid.2.result",
        "is negative, but lupus_anticoagulant is positive; correct one of the two",
    ),
    *(
        (
            f"conditions: {{{worse}: yes, {milder}: no}}",
            f"conditions.{milder}",
            f"is no, but {worse} is yes; correct one of the two",
        )
        for worse, milder in (
            ("heart_failure_nyha_3_4", "heart_failure"),
            ("severe_renal_impairment", "renal_impairment"),
            ("severe_hepatic_dysfunction", "liver_disease"),
            ("lupus", "autoimmune_disease"),
            ("breast_or_genital_cancer", "malignancy"),
            ("viral_infection", "infection_any"),
            ("thrombocytopenia", "cytopenia"),
            ("recent_haemorrhagic_stroke", "cerebral_haemorrhage"),
        )
    ),
    (
        "medicines: {ciclosporin: yes, immunosuppressants: no}",
        "medicines.immunosuppressants",
        "is no, but ciclosporin is yes; correct one of the two",
    ),
    *(
        (
            f"investigations: {{inherited_thrombophilia: absent, {variant}: present}}",
            "investigations.inherited_thrombophilia",
            f"is absent, but {variant} is present; correct one of the two",
        )
        for variant in ("factor_v_leiden", "prothrombin_variant")
    ),
    (
        "{pregnancies: {live_births: 0}, transfers: {singles: [{outcome: live_birth}]}}",
        "pregnancies.live_births",
        "leaves room for at most 0 live births, but the transfers described led to 1; correct one of the two",
    ),
    (
        "{pregnancies: {complete: yes}, transfers: {singles: [{outcome: ectopic}, {outcome: negative_hcg}]}}",
        "pregnancies",
        "leaves room for at most 0 ectopic pregnancies, but the transfers described led to 1; correct one of the two",
    ),
    (
        "{pregnancies: {losses: 1}, transfers: {singles: [{outcome: miscarriage}, {outcome: miscarriage}]}}",
        "pregnancies",
        "leaves room for at most 1 clinical losses, but the transfers described led to 2; correct one of the two",
    ),
    (
        "{age: 34.2, transfers: {singles: [{oocytes: own, oocyte_age: 35.2}]}}",
        "transfers.singles.1.oocyte_age",
        "is 35.2 and the oocytes are her own, but she is 34.2 now; correct one of them",
    ),
    (
        "{age: 30, plan: {oocytes: own, oocyte_age: 38}}",
        "plan.oocyte_age",
        "is 38 and the oocytes are her own, but she is 30 now; correct one of them",
    ),
    *(
        (
            f"pregnancy: {{pregnant: no, {finding}}}",
            f"pregnancy.{finding.split(':')[0]}",
            "is given, but 'pregnant' is no; correct one of the two",
        )
        for finding in (
            "weeks: 6",
            "conceived: art",
            "bleeding: yes",
            "heartbeat: yes",
            "intrauterine_on_scan: yes",
            "missed_miscarriage: yes",
            "ectopic: yes",
        )
    ),
    (
        "pregnancy: {missed_miscarriage: yes, heartbeat: yes}",
        "pregnancy.missed_miscarriage",
        "is yes, but a heartbeat was seen; correct one of the two",
    ),
    (
        "pregnancy: {ectopic: yes, intrauterine_on_scan: yes}",
        "pregnancy.ectopic",
        "is yes, but an intrauterine pregnancy was seen; where both are present, give 'ectopic' alone",
    ),
]


@pytest.mark.parametrize(("text", "field", "message"), CONTRADICTIONS, ids=[row[0][:70] for row in CONTRADICTIONS])
def test_what_cannot_be_true_together_is_refused_by_name(text, field, message):
    assert fault(text) == Fault(message, file="woman.yaml", line=1, field=field)


@pytest.mark.parametrize(
    "text",
    [
        "{pregnancies: {live_births: 1}, transfers: {singles: [{outcome: live_birth}, {outcome: negative_hcg}]}}",
        "{pregnancies: {complete: yes, losses: 2}, transfers: {singles: [{outcome: miscarriage}]}}",
        "transfers: {singles: [{outcome: live_birth}]}",
        "{pregnancies: {losses: 0}, transfers: {singles: [{outcome: biochemical_loss}]}}",
        "{age: 34, transfers: {singles: [{oocytes: own, oocyte_age: 34.6}]}}",  # an age of 34 may be completed years
        "{age: 42, transfers: {singles: [{oocytes: donor, oocyte_age: 45}]}}",
        "transfers: {singles: [{oocytes: own, oocyte_age: 45}]}",
        "investigations: {inherited_thrombophilia: absent, factor_v_leiden: absent}",
        "medicines: {ciclosporin: no, immunosuppressants: yes}",
    ],
)
def test_what_can_be_true_together_is_read(text):
    parse_profile(text, name="woman.yaml")


def test_from_python_too_an_unknown_key_is_told_with_the_nearest_real_one_beside_every_other_fault():
    described = {
        "agee": 34,
        "diabetes": True,
        "pregnancies": {"loses": 4, "losses": -1, "singles": [{"outcom": "miscarriage"}]},
        "transfers": {"singles": [{"embryos": []}]},
        "hokum": 1,
    }
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(described)
    told = {".".join(map(str, one["loc"])): (one["type"], one["msg"]) for one in caught.value.errors()}
    unknown = "extra_forbidden"
    assert told == {
        "agee": (unknown, "There is no such field; did you mean 'age'?"),
        "diabetes": (unknown, "There is no such field; 'conditions' has one of that name"),
        "hokum": (unknown, "There is no such field"),
        "pregnancies.loses": (unknown, "There is no such field; did you mean 'losses'?"),
        "pregnancies.losses": ("greater_than_equal", "Input should be greater than or equal to 0"),
        "pregnancies.singles.0.outcome": ("missing", "Field required"),
        "pregnancies.singles.0.outcom": (unknown, "There is no such field; did you mean 'outcome'?"),
        "transfers.singles.0.embryos": (
            "no_embryo",
            "holds no embryo; leave it out where the embryos are not known",
        ),
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({"age": 34},), "'assess' takes a Profile, not dict; make one with decidua.load_profile(path)"),
        ((None,), "'assess' takes a Profile, not NoneType"),
    ],
)
def test_what_is_no_profile_is_refused_with_the_way_to_make_one(arguments, message):
    with pytest.raises(DeciduaError) as caught:
        decidua.assess(*arguments)
    assert str(caught.value).startswith(message)


def test_a_path_is_no_rulebook():
    with pytest.raises(DeciduaError, match=r"'rulebook' takes a Rulebook, not str; read one with"):
        decidua.assess(Profile(), rulebook="rules")


def test_contradictions_in_several_sections_are_told_in_one_go_each_with_its_line():
    found = faults(
        "pregnancies:\n  losses: 2\n  euploid_losses: 3\n  unbalanced_losses: 4\n"
        "transfers:\n  total: 1\n  failed: 2\n"
        "conditions:\n  lupus: yes\n  autoimmune_disease: no\n"
    )
    assert [(one.line, one.field) for one in found] == [
        (3, "pregnancies.euploid_losses"),
        (4, "pregnancies.unbalanced_losses"),
        (7, "transfers.failed"),
        (10, "conditions.autoimmune_disease"),
    ]


POSSIBLE = [
    "pregnancies: {losses: 3, clinical_losses: 2, biochemical_losses: 1, singles: [{outcome: loss_of_unknown_kind}]}",
    "pregnancies: {complete: yes, clinical_losses: 3, biochemical_losses: 2, ectopic: 1}",
    "pregnancies: {complete: yes, losses: 3, live_births: 1, losses_since_last_live_birth: 2, consecutive_losses: 2}",
    "pregnancies: {singles: [{outcome: molar, order: 9}]}",
    "pregnancies: {complete: yes, singles: [{outcome: molar, order: 1}, {outcome: ongoing, order: 2}]}",
    "pregnancies: {singles: [{outcome: molar, order: 1}, {outcome: ongoing}]}\npregnancy: {pregnant: yes}",
    "pregnancies: {losses: 2, singles: [{outcome: miscarriage}, {outcome: live_birth}]}",
    (
        "pregnancies: {complete: yes, consecutive_losses: 2, singles: [{outcome: miscarriage, order: 1}, "
        "{outcome: ectopic, order: 2}, {outcome: miscarriage, order: 3}]}"
    ),
    "pregnancies: {complete: yes, euploid_losses: 1}",
    "transfers: {complete: yes, failed: 3}",
    "transfers: {total: 3, failed: 3, embryos_failed: 3, good_embryos_failed: 0, singles: [{order: 3}]}",
    "transfers: {failed: 2, failed_euploid_blastocyst: 2, failed_with_good_embryo: 0}",
    "investigations: {uterine_imaging: normal, uterine_finding: septum, uterine_finding_treated: yes}",
    "investigations: {antiphospholipid: [{result: positive, lupus_anticoagulant: negative}]}",
    "conditions: {lupus: no, autoimmune_disease: yes}",
    "pregnancy: {pregnant: yes, weeks: 6}\nplan: {next: transfer}",
    "pregnancy: {pregnant: no, bleeding: no, ectopic: no, breastfeeding: yes}",
    "pregnancy: {pregnant: yes, ectopic: yes, heartbeat: yes, intrauterine_on_scan: no}",
    "pregnancy: {missed_miscarriage: yes, heartbeat: no}",
    "pregnancies: {singles: [{outcome: molar}]}\npregnancy: {pregnant: no}",
]


@pytest.mark.parametrize("text", POSSIBLE)
def test_what_can_be_true_together_is_taken(text):
    assert parse_profile(text) != Profile()
