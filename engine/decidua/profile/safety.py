"""What may speak against a treatment: conditions, allergies, medicines, and the checks made before a start.

The names and their wording follow the safety record of each drug in ``rules/cautions``.
"""

from pydantic import Field

from decidua.profile.finding import Section, YesNo, finding

__all__ = ["KINDS", "KINDS_OF_MEDICINE", "REVEALED_APART", "Allergies", "Checks", "Conditions", "Medicines"]

KINDS = {
    "heart_failure": ("heart_failure_nyha_3_4",),
    "renal_impairment": ("severe_renal_impairment",),
    "liver_disease": ("severe_hepatic_dysfunction",),
    "autoimmune_disease": ("lupus", "systemic_sclerosis"),
    "infection_any": (
        "systemic_infection_untreated",
        "serious_or_opportunistic_infection",
        "systemic_fungal_infection",
        "viral_infection",
        "parasitic_infection",
        "ocular_herpes_simplex",
        "active_tuberculosis",
        "cervical_infection",
    ),
    "malignancy": ("myeloid_malignancy", "breast_or_genital_cancer"),
    "cytopenia": ("thrombocytopenia",),
    "cerebral_haemorrhage": ("recent_haemorrhagic_stroke",),
}
"""Conditions by the meaning of their names: who has a kind of one has it too."""

KINDS_OF_MEDICINE = {"immunosuppressants": ("ciclosporin",)}
"""Likewise for medicines."""

REVEALED_APART = ("active_tuberculosis", "cervical_infection", "thrombocytopenia")
"""Kinds that only a check of their own reveals: that she has nothing of the sort, by her list, does not deny them."""


class Conditions(Section):
    """Her conditions. ``complete`` makes an unlisted one NO, except one that only a check can reveal."""

    complete: bool = Field(default=False, description="Nothing else is present: an unlisted one is a no.")
    lactose_intolerance: YesNo = finding("Lactose intolerance", fact="condition.lactose_intolerance")
    systemic_infection_untreated: YesNo = finding(
        "Systemic infection that is not being treated", fact="condition.systemic_infection_untreated"
    )
    serious_or_opportunistic_infection: YesNo = finding(
        "Serious or opportunistic infection", fact="condition.serious_or_opportunistic_infection"
    )
    infection_any: YesNo = finding("Any current infection", fact="condition.infection_any")
    systemic_fungal_infection: YesNo = finding("Systemic fungal infection", fact="condition.systemic_fungal_infection")
    viral_infection: YesNo = finding("Viral infection", fact="condition.viral_infection")
    parasitic_infection: YesNo = finding("Parasitic infection", fact="condition.parasitic_infection")
    ocular_herpes_simplex: YesNo = finding("Herpes simplex of the eye", fact="condition.ocular_herpes_simplex")
    active_tuberculosis: YesNo = finding(
        "Active tuberculosis", fact="condition.active_tuberculosis", revealed_by="tuberculosis"
    )
    latent_tuberculosis: YesNo = finding(
        "Latent tuberculosis", fact="condition.latent_tuberculosis", revealed_by="tuberculosis"
    )
    hepatitis_b: YesNo = finding(
        "Hepatitis B carrier or infection", fact="condition.hepatitis_b", revealed_by="hepatitis_b"
    )
    cervical_infection: YesNo = finding(
        "Infection of the cervix", fact="condition.cervical_infection", revealed_by="cervical_infection"
    )
    diabetes: YesNo = finding("Diabetes", fact="condition.diabetes")
    family_history_of_diabetes: YesNo = finding("Diabetes in the family", fact="condition.family_history_of_diabetes")
    hypertension: YesNo = finding("Hypertension", fact="condition.hypertension", revealed_by="blood_pressure")
    osteoporosis: YesNo = finding("Osteoporosis", fact="condition.osteoporosis")
    psychiatric_disease: YesNo = finding("Severe psychiatric disease", fact="condition.psychiatric_disease")
    depression: YesNo = finding("Depression", fact="condition.depression")
    heart_failure: YesNo = finding("Heart failure of any degree", fact="condition.heart_failure")
    heart_failure_nyha_3_4: YesNo = finding(
        "Moderate to severe heart failure, NYHA III or IV", fact="condition.heart_failure_nyha_3_4"
    )
    long_qt: YesNo = finding("Congenital or acquired long QT", fact="condition.long_qt")
    myocardial_infarction: YesNo = finding("Myocardial infarction", fact="condition.myocardial_infarction")
    bradycardia: YesNo = finding("Bradycardia", fact="condition.bradycardia")
    ventricular_arrhythmia: YesNo = finding("Ventricular arrhythmia", fact="condition.ventricular_arrhythmia")
    uncorrected_low_potassium_or_magnesium: YesNo = finding(
        "Potassium or magnesium not corrected",
        fact="condition.uncorrected_low_potassium_or_magnesium",
        revealed_by="potassium_magnesium",
    )
    cardiomyopathy: YesNo = finding("Cardiomyopathy", fact="condition.cardiomyopathy")
    severe_arterial_disease: YesNo = finding("Severe arterial disease", fact="condition.severe_arterial_disease")
    cushing_syndrome: YesNo = finding("Cushing syndrome", fact="condition.cushing_syndrome")
    phaeochromocytoma: YesNo = finding("Phaeochromocytoma", fact="condition.phaeochromocytoma")
    systemic_sclerosis: YesNo = finding("Systemic sclerosis", fact="condition.systemic_sclerosis")
    renal_impairment: YesNo = finding(
        "Renal impairment", fact="condition.renal_impairment", revealed_by="renal_function"
    )
    severe_renal_impairment: YesNo = finding(
        "Severe renal impairment", fact="condition.severe_renal_impairment", revealed_by="renal_function"
    )
    volume_depletion: YesNo = finding("Volume depletion", fact="condition.volume_depletion", revealed_by="hydration")
    liver_disease: YesNo = finding("Liver disease or hepatic impairment", fact="condition.liver_disease")
    severe_hepatic_dysfunction: YesNo = finding("Severe liver dysfunction", fact="condition.severe_hepatic_dysfunction")
    peptic_ulcer: YesNo = finding(
        "Gastric, duodenal or other gastrointestinal ulcer now", fact="condition.peptic_ulcer"
    )
    peptic_ulcer_history: YesNo = finding("Peptic ulcer earlier", fact="condition.peptic_ulcer_history")
    porphyria: YesNo = finding("Porphyria", fact="condition.porphyria")
    g6pd_deficiency: YesNo = finding("G6PD deficiency", fact="condition.g6pd_deficiency", revealed_by="g6pd")
    lipoid_nephrosis: YesNo = finding("Lipoid nephrosis", fact="condition.lipoid_nephrosis")
    glomerulonephritis: YesNo = finding("Glomerulonephritis", fact="condition.glomerulonephritis")
    severe_hypertriglyceridaemia: YesNo = finding(
        "Pathologic hyperlipaemia", fact="condition.severe_hypertriglyceridaemia", revealed_by="triglycerides"
    )
    acute_pancreatitis_with_hyperlipidaemia: YesNo = finding(
        "Acute pancreatitis with hyperlipidaemia", fact="condition.acute_pancreatitis_with_hyperlipidaemia"
    )
    hyperkalaemia: YesNo = finding("Hyperkalaemia", fact="condition.hyperkalaemia", revealed_by="potassium_magnesium")
    gout: YesNo = finding("Gout", fact="condition.gout")
    asthma: YesNo = finding("Asthma", fact="condition.asthma")
    ibd: YesNo = finding("Inflammatory bowel disease", fact="condition.ibd")
    psoriasis: YesNo = finding("Psoriasis", fact="condition.psoriasis")
    myasthenia_gravis: YesNo = finding("Myasthenia gravis", fact="condition.myasthenia_gravis")
    myopathy: YesNo = finding("Myopathy", fact="condition.myopathy")
    demyelinating_disease: YesNo = finding("Demyelinating disease", fact="condition.demyelinating_disease")
    retinopathy: YesNo = finding("Maculopathy or retinopathy", fact="condition.retinopathy", revealed_by="eyes")
    thrombophlebitis: YesNo = finding("Thrombophlebitis", fact="condition.thrombophlebitis")
    thromboembolic_disorder: YesNo = finding("Thromboembolic disorder now", fact="condition.thromboembolic_disorder")
    thromboembolism_history: YesNo = finding(
        "Thromboembolic disorder earlier", fact="condition.thromboembolism_history"
    )
    thrombosis_risk_factors: YesNo = finding(
        "Risk factors for thrombosis, such as immobility, oestrogens or cardiovascular risk",
        fact="condition.thrombosis_risk_factors",
    )
    hyperviscosity: YesNo = finding(
        "Hyperproteinaemia, hyperviscosity or hyponatraemia", fact="condition.hyperviscosity"
    )
    iga_deficiency_with_antibodies: YesNo = finding(
        "IgA deficiency with anti-IgA antibodies", fact="condition.iga_deficiency_with_antibodies", revealed_by="iga"
    )
    hit_history: YesNo = finding(
        "Heparin-induced thrombocytopenia, within 100 days or with antibodies", fact="condition.hit_history"
    )
    hit_over_100_days_ago: YesNo = finding(
        "Heparin-induced thrombocytopenia, over 100 days ago, no antibodies", fact="condition.hit_over_100_days_ago"
    )
    thrombocytopenia: YesNo = finding("Thrombocytopenia", fact="condition.thrombocytopenia", revealed_by="platelets")
    cytopenia: YesNo = finding("Low blood counts", fact="condition.cytopenia", revealed_by="full_blood_count")
    haemolytic_anaemia: YesNo = finding("Haemolytic anaemia", fact="condition.haemolytic_anaemia")
    sickle_cell_disease: YesNo = finding("Sickle cell disease", fact="condition.sickle_cell_disease")
    haemophilia_bleeding_disorder: YesNo = finding(
        "Haemophilia or other bleeding disorder", fact="condition.haemophilia_bleeding_disorder"
    )
    active_bleeding: YesNo = finding("Active significant bleeding", fact="condition.active_bleeding")
    cerebral_haemorrhage: YesNo = finding("Cerebral haemorrhage", fact="condition.cerebral_haemorrhage")
    recent_haemorrhagic_stroke: YesNo = finding(
        "Recent haemorrhagic stroke", fact="condition.recent_haemorrhagic_stroke"
    )
    tumour_at_bleeding_risk: YesNo = finding("Tumour at risk of bleeding", fact="condition.tumour_at_bleeding_risk")
    recent_brain_spine_eye_surgery: YesNo = finding(
        "Recent surgery of brain, spine or eye", fact="condition.recent_brain_spine_eye_surgery"
    )
    varices: YesNo = finding("Oesophageal or other varices", fact="condition.varices")
    vascular_malformation_or_aneurysm: YesNo = finding(
        "Vascular malformation or aneurysm", fact="condition.vascular_malformation_or_aneurysm"
    )
    neuraxial_anaesthesia_timing: YesNo = finding(
        "Spinal, epidural or regional block within 24 h of treatment-dose heparin",
        fact="condition.neuraxial_anaesthesia_timing",
    )
    malignancy: YesNo = finding("Malignancy", fact="condition.malignancy")
    myeloid_malignancy: YesNo = finding("Myeloid malignancy, MDS or AML", fact="condition.myeloid_malignancy")
    breast_or_genital_cancer: YesNo = finding(
        "Carcinoma of the breast or genital tract", fact="condition.breast_or_genital_cancer"
    )
    progestogen_dependent_neoplasm: YesNo = finding(
        "Progestogen-dependent neoplasm, known or suspected", fact="condition.progestogen_dependent_neoplasm"
    )
    undiagnosed_vaginal_bleeding: YesNo = finding(
        "Vaginal bleeding whose cause has not been looked for", fact="condition.undiagnosed_vaginal_bleeding"
    )
    pemphigoid_gestationis: YesNo = finding(
        "Pemphigoid gestationis, now or earlier", fact="condition.pemphigoid_gestationis"
    )
    cholestasis_or_itch_of_pregnancy: YesNo = finding(
        "Jaundice or severe itch of pregnancy, now or earlier", fact="condition.cholestasis_or_itch_of_pregnancy"
    )
    severe_endometriosis: YesNo = finding("Severe endometriosis", fact="condition.severe_endometriosis")
    earlier_endometrial_trauma: YesNo = finding(
        "Earlier trauma of the endometrium", fact="condition.earlier_endometrial_trauma"
    )
    autoimmune_disease: YesNo = finding("Systemic autoimmune disease", fact="condition.autoimmune_disease")
    lupus: YesNo = finding("Systemic lupus erythematosus", fact="condition.lupus")
    infertility: YesNo = finding("Infertility", fact="condition.infertility")
    polycystic_ovary_syndrome: YesNo = finding("Polycystic ovary syndrome", fact="condition.polycystic_ovary_syndrome")
    smoking: YesNo = finding("Smoking", fact="condition.smoking")


class Allergies(Section):
    """Her allergies and hypersensitivities. ``complete`` makes an unlisted one NO."""

    complete: bool = Field(default=False, description="Nothing else is present: an unlisted one is a no.")
    progesterone: YesNo = finding(
        "Hypersensitivity to progesterone or any part of the product", fact="allergy.progesterone"
    )
    dydrogesterone: YesNo = finding("Hypersensitivity to dydrogesterone", fact="allergy.dydrogesterone")
    tnf_antagonists: YesNo = finding("Hypersensitivity to a TNF antagonist", fact="allergy.tnf_antagonists")
    ciclosporin: YesNo = finding("Hypersensitivity to ciclosporin", fact="allergy.ciclosporin")
    g_csf: YesNo = finding("Serious allergic reaction to G-CSF", fact="allergy.g_csf")
    aminoquinolines: YesNo = finding("Hypersensitivity to 4-aminoquinolines", fact="allergy.aminoquinolines")
    tacrolimus_or_macrolides: YesNo = finding(
        "Hypersensitivity to tacrolimus or other macrolides", fact="allergy.tacrolimus_or_macrolides"
    )
    heparin: YesNo = finding("Hypersensitivity to enoxaparin, heparin or other LMWH", fact="allergy.heparin")
    salicylate: YesNo = finding("Hypersensitivity to salicylates", fact="allergy.salicylate")
    immunoglobulin: YesNo = finding(
        "Earlier anaphylactic or severe reaction to human immunoglobulin", fact="allergy.immunoglobulin"
    )
    egg: YesNo = finding("Allergy to egg protein", fact="allergy.egg")
    soya: YesNo = finding("Allergy to soya", fact="allergy.soya")
    peanut: YesNo = finding("Allergy to peanut", fact="allergy.peanut")
    latex: YesNo = finding("Allergy to latex", fact="allergy.latex")


class Medicines(Section):
    """Her present medicines. ``complete`` makes an unlisted one NO."""

    complete: bool = Field(default=False, description="Nothing else is present: an unlisted one is a no.")
    live_vaccine: YesNo = finding("Live vaccine given recently or planned", fact="medicine.live_vaccine")
    qt_prolonging_medicine: YesNo = finding(
        "Medicine that prolongs QT taken now", fact="medicine.qt_prolonging_medicine"
    )
    tamoxifen: YesNo = finding("Tamoxifen taken now", fact="medicine.tamoxifen")
    ciclosporin: YesNo = finding("Ciclosporin taken now", fact="medicine.ciclosporin")
    hydroxychloroquine_over_5_years: YesNo = finding(
        "Earlier hydroxychloroquine for more than 5 years", fact="medicine.hydroxychloroquine_over_5_years"
    )
    corticosteroids: YesNo = finding("Corticosteroid taken now", fact="medicine.corticosteroids")
    immunosuppressants: YesNo = finding("Immunosuppressant taken now", fact="medicine.immunosuppressants")


class Checks(Section):
    """Checks done and seen to. Never completed by silence: what is not listed was not done."""

    triglycerides: YesNo = finding("Triglycerides checked", fact="checked.triglycerides")
    tuberculosis: YesNo = finding("Active and latent tuberculosis looked for", fact="checked.tuberculosis")
    hepatitis_b: YesNo = finding("Hepatitis B tested", fact="checked.hepatitis_b")
    full_blood_count: YesNo = finding("Full blood count done", fact="checked.full_blood_count")
    eyes: YesNo = finding("Eye examination done", fact="checked.eyes")
    potassium_magnesium: YesNo = finding(
        "Potassium and magnesium checked and corrected", fact="checked.potassium_magnesium"
    )
    g6pd: YesNo = finding("G6PD tested", fact="checked.g6pd")
    renal_function: YesNo = finding("Renal function checked", fact="checked.renal_function")
    hydration: YesNo = finding("Hydration checked", fact="checked.hydration")
    iga: YesNo = finding("IgA and anti-IgA antibodies tested", fact="checked.iga")
    cervical_infection: YesNo = finding("Cervical infection excluded", fact="checked.cervical_infection")
    blood_pressure: YesNo = finding("Blood pressure measured", fact="checked.blood_pressure")
    platelets: YesNo = finding("Platelets counted", fact="checked.platelets")
