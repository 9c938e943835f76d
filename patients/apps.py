from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from audit import verbs
        from patients.listing import PATIENT_LIST
        from workbench import records

        verbs.register(
            {
                "patients.patient.viewed": "opened a patient",
                "patients.patient.created": "registered a patient",
                "patients.patient.updated": "changed a patient",
                "patients.guarantor.created": "named a guarantor",
                "patients.guarantor.updated": "changed a guarantor",
                "patients.coverage.created": "added a coverage",
                "patients.coverage.updated": "changed a coverage",
                "patients.coverage.verified": "verified a coverage",
                "patients.encounter.viewed": "opened an encounter",
                "patients.encounter.created": "recorded an encounter",
                "patients.encounters.imported": "handed over visits",
                "patients.encounter.updated": "changed an encounter",
                "patients.encounter.ready": "said that a visit may be billed",
                "patients.encounter.held": "put a visit on hold",
                "patients.encounter.released": "released a hold of a visit",
                "patients.encounter.changed_after_billing": "changed a visit that has been billed",
                "patients.encounter.unbilled": "opened a visit again whose claim was withdrawn",
                "patients.encounter.flagged": "changed the protection of a visit",
                "patients.consent.recorded": "recorded a consent",
                "patients.consent.revoked": "revoked a consent",
                "patients.patientpayment.viewed": "opened a patient's payment",
                "patients.payment.taken": "took a patient's payment",
                "patients.payment.voided": "voided a patient's payment",
                "patients.charge.captured": "captured a charge",
                "patients.charge.voided": "voided a charge",
            }
        )
        records.register(PATIENT_LIST)
