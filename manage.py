#!/usr/bin/env python3
# -*- coding: utf-8 -*-  # noqa: UP009  (Python 2 needs it to get as far as the check)
"""Runs Alpina Digital: `python3 manage.py runserver`, `python3 manage.py help`.

Needs nothing but Python 3.11: it makes `.venv` and installs the rest. This file itself stays
readable for older Pythons, so that they get a sentence and not a SyntaxError.
"""

import sys

if sys.version_info < (3, 11):
    ours = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit(
        "Нужен Python 3.11 или новее, а это " + ours + "."
        " / Python 3.11 or newer is needed, this is " + ours + "."
    )

from alpina_app.bootstrap.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
