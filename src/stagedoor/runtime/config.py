"""The configuration and secrets of the release that runs: read-only, the same for the life of an instance."""

from collections.abc import Iterator, Mapping
from typing import Any


class Config(Mapping[str, Any]):
    """`config["rows"]`, `config.get("rows", 20)`: values of `[config]` in the manifest and of the stack."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def load(self, values: Mapping[str, Any]) -> None:
        """Replaces all values; the loader calls it once before the script is imported."""
        self._values = dict(values)

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            known = ", ".join(sorted(self._values)) or "none"
            raise KeyError(f"no configuration value {key!r}; set are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Secrets(Mapping[str, str]):
    """`secrets["api-key"]`: what was set with `stagedoor secret set`; its contents show in no repr and no log."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def load(self, values: Mapping[str, str]) -> None:
        """Replaces all values; the loader calls it once before the script is imported."""
        self._values = dict(values)

    def __getitem__(self, key: str) -> str:
        try:
            return self._values[key]
        except KeyError:
            known = ", ".join(sorted(self._values)) or "none"
            raise KeyError(f"no secret {key!r}; set are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"


config = Config()
secrets = Secrets()
