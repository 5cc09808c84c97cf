"""Files beside components are where the pages import them from."""

import pytest
import reflex as rx

from alpina_app.ui.components.local import local_file


def test_it_is_where_reflex_itself_would_put_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    by_reflex = rx.asset("test_local_file.py", shared=True).importable_path
    link = tmp_path / "assets" / by_reflex.removeprefix("$/public/")
    link.unlink()

    assert local_file("test_local_file.py", __name__) == by_reflex
    assert link.samefile(__file__)


def test_a_missing_file_is_said_at_once():
    with pytest.raises(FileNotFoundError, match=r"nothing\.jsx"):
        local_file("nothing.jsx", __name__)
