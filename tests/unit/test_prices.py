"""What a question to a model costs."""

import pytest

from alpina_app.domain.effects import Usage
from alpina_app.errors import SettingsError
from alpina_app.services.prices import cost_of
from alpina_app.settings import load_settings

PRICES = "GPT-4o-mini=0.15/0.6, vendor/model:v2=2/10"


def test_each_side_has_its_price():
    prices = load_settings(None, secret_key="k" * 32, model_prices=PRICES).model_prices
    usage = Usage(1_000_000, 500_000, 1_500_000)
    assert cost_of(usage, "gpt-4o-mini", prices) == pytest.approx(0.45)
    assert cost_of(usage, "Vendor/Model:v2", prices) == pytest.approx(7.0)
    assert cost_of(usage, "gpt-4o", prices) is None


@pytest.mark.parametrize("wrong", ["gpt-4o", "gpt-4o=1", "=1/2", "gpt-4o=1/-2", "gpt-4o=a/b"])
def test_what_is_no_price_is_refused_at_the_start(wrong):
    with pytest.raises(SettingsError):
        load_settings(None, secret_key="k" * 32, model_prices=wrong)
