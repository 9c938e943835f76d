"""A practice with one of everything in it, made by driving the product with files."""

import dataclasses

from django.utils import timezone

from rcm_site.demo import profiles, story


def set_stage(practice, *, canary, claims=48, seed=11):
    """Claims, remittances and denials of one practice. `canary` is in every patient's name and number, nowhere else."""
    profile = dataclasses.replace(
        profiles.RIVERSIDE,
        name=practice.name,
        prefix=canary[:6],
        tax_identifier=practice.tax_id,
        last_names=(canary,),
    )
    story.know_payers(practice, profiles.PAYERS, profiles.PAYER_KINDS)
    until = timezone.now().date()
    truth = story.tell(practice, profile, profiles.PAYERS, claims=claims, until=until, seed=seed, months=3)
    story.finish_jobs()
    return truth


