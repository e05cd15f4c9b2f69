"""WeChat Pay v3, as far as refunds go: `python -m fakes` starts it, `Fake` runs it inside a test."""
