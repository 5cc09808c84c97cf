"""What `manage.py` does before the project's packages stand: standard library and `i18n` only."""
