"""The dashboard: `ranges` says when, `queries` counts, `cards` words it, `charts` draws it, `views` answers."""
