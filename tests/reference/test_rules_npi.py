import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.rules.names import normalized_name, normalized_tax_id
from reference.rules.npi import is_valid_npi


@pytest.mark.parametrize(
    ("npi", "valid"),
    [
        ("1234567893", True), ("1234567890", False), ("", False), ("123456789", False), ("12345678931", False),
        ("3234567893", False), ("12345678O3", False), ("１234567893", False),
    ],
)  # fmt: skip
def test_check_digit(npi, valid):
    assert is_valid_npi(npi) is valid


@given(st.integers(1_000_000_00, 2_999_999_99))
def test_one_last_digit_fits_every_number_and_a_changed_digit_is_seen(first_nine):
    fitting = [npi for digit in range(10) if is_valid_npi(npi := f"{first_nine}{digit}")]
    assert len(fitting) == 1
    [npi] = fitting
    for place in range(1, 10):
        for other in "0123456789":
            changed = npi[:place] + other + npi[place + 1 :]
            assert is_valid_npi(changed) == (changed == npi)


def test_names_and_tax_numbers_are_compared_in_one_form():
    for written in ("AETNA", "Aetna, Inc.", "the aetna company", " Aetna  Co. "):
        assert normalized_name(written) == "AETNA"
    assert normalized_name("Blue Cross & Blue Shield") == "BLUE CROSS AND BLUE SHIELD"
    assert normalized_name("The Company") == "THE COMPANY"
    assert normalized_tax_id("1066033492") == normalized_tax_id("06-6033492") == "066033492"
    assert normalized_tax_id("12345") == ""
