"""A clearinghouse in a process of its own, and practices that are its customers."""

import pytest

from tests.factories.simulator import Practice, Process


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    found = Process(
        tmp_path_factory.mktemp("clearinghouse"),
        customers=12,
        acknowledged=0.2,
        forwarded=0.4,
        accepted=0.6,
        paid=0.8,
    )
    yield found
    assert found.stop() == 0


@pytest.fixture
def secrets(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("secrets")
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(folder))
    return folder


@pytest.fixture
def customer(practice, process, run_jobs, secrets):
    return lambda **facts: Practice(practice, process, run_jobs, secrets, **facts)
