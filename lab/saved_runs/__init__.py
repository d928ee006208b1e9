"""Saved runs: their folders, those of earlier schemas, and the schema that they fit."""
