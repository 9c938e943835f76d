from reference.choices import CodeSet
from reference.models import AdjustmentReasonCode, CodeSetImport, RemarkCode


def test_every_database_has_our_code_tables_from_its_migration(db):
    active = AdjustmentReasonCode.objects.filter(is_retired=False)
    assert active.count() == 297
    assert AdjustmentReasonCode.objects.filter(is_retired=True).count() == 110
    assert RemarkCode.objects.count() == 250
    assert set(CodeSetImport.objects.values_list("code_set", flat=True)) == set(CodeSet.values)
