"""Custom code of Rasa 3 projects, run unchanged: what it imports of `rasa`, and what it plugs into.

`hook` serves the import paths of `paths`, whose contents are in `api`; `project_code` loads a class by its dotted
path; `custom_*` put such classes where this framework has components, policies, channels and stores; `doors` is what
the rest of the framework calls.
"""
