"""Builds a `Runtime` from settings. Nothing is opened before `Runtime.start()`."""

from alpina_app.clients.gpt import Gpt
from alpina_app.clients.http_call import HttpCaller
from alpina_app.clients.local_model import LocalModel
from alpina_app.db import Database
from alpina_app.services.chat_throttle import ChatThrottle
from alpina_app.services.pictures import Programs
from alpina_app.services.runtime import Runtime
from alpina_app.services.sign_in import SignIn
from alpina_app.services.turns import Turns
from alpina_app.settings import Settings


def create_database(settings: Settings) -> Database:
    return Database(settings.database_url.get_secret_value(), settings.database_pool_size)


def create_runtime(settings: Settings) -> Runtime:
    local_model = LocalModel() if settings.wants_local_model else None
    database = create_database(settings)
    key = settings.openai_api_key
    gpt = Gpt(
        key.get_secret_value() if key else None,
        settings.openai_base_url,
        timeout_s=settings.model_timeout_s,
        max_retries=settings.model_max_retries,
        history_tokens=settings.history_tokens,
        source=local_model.endpoint if local_model else None,
    )
    return Runtime(
        settings=settings,
        database=database,
        gpt=gpt,
        http_caller=HttpCaller(settings.http_call_allowed_hosts),
        turns=Turns(settings.chat_wait_s),
        programs=Programs(),
        chat_throttle=ChatThrottle(settings.chat_per_minute),
        sign_in=SignIn(settings, database),
        local_model=local_model,
    )
