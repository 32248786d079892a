import pytest


@pytest.fixture(scope="session")
def mockhaus_options():
    """Where the connections of tests begin."""
    return {"database": "shop", "schema": "sales"}
