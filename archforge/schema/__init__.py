"""Registries -> JSON Schema, and a file's form checked against it.

``language_schema`` is for editors; ``check_form`` sends each step to its own sub-schema of the
same language, so that one message names what was meant. Draft 7, ``if``/``then`` on what a step
is, never ``oneOf`` or ``anyOf``: with those an editor loses completion and reports every
alternative.
"""

from archforge.schema.form import Form, check_form, inheritance_problems
from archforge.schema.language import language_schema
from archforge.schema.meaning import meaning_problems
from archforge.schema.wording import accepts, choices, shown

__all__ = [
    "Form",
    "accepts",
    "check_form",
    "choices",
    "inheritance_problems",
    "language_schema",
    "meaning_problems",
    "shown",
]
