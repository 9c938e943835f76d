import pytest

from tests.soak.sending import Scene


@pytest.fixture
def secrets(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("secrets")
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(folder))
    return folder


@pytest.fixture
def scene(practice, secrets):
    built = []

    def build(**facts):
        built.append(Scene(practice, secrets, **facts))
        return built[-1]

    yield build
    for one in built:
        one.close()
