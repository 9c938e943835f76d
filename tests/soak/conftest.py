import pytest

from tests.engines.conftest import home  # noqa: F401
from tests.soak.sending import OwnPostgres, Scene


@pytest.fixture
def secrets(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("secrets")
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(folder))
    return folder


@pytest.fixture
def own_postgres(transactional_db, home):  # noqa: F811
    """Asked for before anything that stands in the database."""
    built = OwnPostgres(home)
    yield built
    built.close()


@pytest.fixture
def scene(practice, secrets):
    built = []

    def build(**facts):
        built.append(Scene(practice, secrets, **facts))
        return built[-1]

    yield build
    for one in built:
        one.close()
