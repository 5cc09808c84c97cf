"""Builds a `Runtime` from settings. Opens nothing before `Runtime.start()`."""

from alpina_app.clients.gpt import Gpt
from alpina_app.clients.http_call import HttpCaller
from alpina_app.clients.local_model import LocalModel
from alpina_app.db import Database
from alpina_app.services.runtime import Runtime
from alpina_app.settings import Settings


def create_database(settings: Settings) -> Database:
    return Database(settings.database_url.get_secret_value(), settings.database_pool_size)
