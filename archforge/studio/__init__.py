"""The language server: what an editor shows while a spec is being written.

Knows the catalog, the schema and the registries; no TensorFlow and no NumPy, so it starts as fast
as `archforge check`. It needs pygls, which comes with the extra ``editors``: pygls pins one version
of lsprotocol, which people who only train should not have to share with other tools.

Each feature is one module of plain functions from a text and what is known of it to the protocol's
records; ``server``, ``answers`` and ``serving`` alone talk to an editor. A text is never assumed to
be sound: ``spans`` gives the places of its words where it is YAML, ``cursor`` reads what is
half-written, and ``opened`` keeps the last state of a file that was good. To add a quick fix: one
line in ``mending.MENDERS``. To add a feature: one function in ``answers`` and one line in
``QUESTIONS``.
"""
