"""A package that brings archforge a layer and a block."""
