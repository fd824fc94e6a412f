# SPDX-License-Identifier: Apache-2.0
"""JSON as people write it: strict, or JSON5 (trailing commas, comments, unquoted keys), with places for messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean

LENIENT_LIMIT = 64 << 10  # the lenient parser takes about 25 us a byte
MAGNITUDES = {"BYTES": 1, "KBYTES": 1 << 10, "MBYTES": 1 << 20, "GBYTES": 1 << 30}


def parse_json(path: Path, text: str) -> Any:
    """Strict JSON if it is that, else JSON5."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except _Duplicate as error:
        raise IngotError(str(error), where=f"{path}:{line_of(text, error.key, last=True)}") from error
    except ValueError as strict:
        if len(text) > LENIENT_LIMIT:
            raise IngotError(
                f"not valid JSON: {strict}",
                where=str(path),
                remedy=f"Of files beyond {LENIENT_LIMIT >> 10} KiB only strict JSON is read: no comments.",
            ) from strict
        import json5

        try:
            return json5.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except _Duplicate as error:
            raise IngotError(str(error), where=f"{path}:{line_of(text, error.key, last=True)}") from error
        except ValueError as error:
            raise _syntax_error(path, str(error)) from error


class _Duplicate(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(f"the key '{key}' is given twice")
        self.key = key


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Duplicate(key)
        found[key] = value
    return found


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _syntax_error(path: Path, message: str) -> IngotError:
    """json5 says `<string>:32 Unexpected ":" at column 51`."""
    found = re.match(r"<string>:(\d+) (.*) at column (\d+)$", message, re.DOTALL)
    if not found:
        return IngotError(f"not valid JSON: {message}", where=str(path))
    line, what, column = found.groups()
    return IngotError(
        f"not valid JSON: {what[0].lower()}{what[1:]!s}".replace("\n", "\\n"),
        where=f"{path}:{line}:{column}",
        remedy="A quote, comma or bracket is missing or too many at or before this place.",
    )


def line_of(text: str, word: str, last: bool = False) -> int:
    """Line of a quoted word (from 1); 1 when it is not there."""
    quoted = f'"{word}"'
    position = text.rfind(quoted) if last else text.find(quoted)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _snake(key: str) -> str:
    """`memFilePrefix` -> `mem_file_prefix`; byteWidth and freqRatio are camel case in both generations."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda letter: "_" + letter[0].lower(), key)


def snake_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake(key): snake_keys(item) for key, item in value.items()}
    return [snake_keys(item) for item in value] if isinstance(value, list) else value


class JsonObject:
    """A JSON object being read, with the words for messages about it. Keys are compared in snake case."""

    def __init__(self, path: Path, text: str, place: str, value: Any) -> None:
        self.path, self.text, self.place = path, text, place
        if not isinstance(value, dict):
            raise IngotError(f"{place} is {shown(value)}; expected {{...}}", where=str(path))
        self.values: dict[str, Any] = {_snake(key): item for key, item in value.items()}

    def error(self, what: str, key: str = "", remedy: str = "") -> IngotError:
        name = self.values.get("name")
        line = line_of(self.text, name) if isinstance(name, str) else line_of(self.text, key)
        return IngotError(what, where=f"{self.path}:{line}", remedy=remedy)

    def take(self, key: str, kind: type, *, required: bool = False, default: Any = None) -> Any:
        if key not in self.values:
            if required:
                raise self.error(f"the key '{key}' is missing in {self.place}")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"'{key}' of {self.place} is {shown(value)}; expected {_KINDS[kind]}", key)
        return value

    def child(self, key: str, required: bool = False) -> JsonObject:
        value = self.take(key, dict, required=required, default={})
        inner = JsonObject(self.path, self.text, f"{key} of {self.place}", value)
        if "name" in self.values:
            inner.values.setdefault("name", self.values["name"])  # so that messages find the pool's line
        return inner

    def no_typos(self, known: Iterable[str]) -> None:
        """Keys of newer tools pass; a key that nearly is a known one is a mistake."""
        for key in [key for key in self.values if key not in known]:
            import difflib

            if difflib.get_close_matches(key, known, n=1, cutoff=0.8):
                raise self.error(f"unknown key '{key}' in {self.place}", key, did_you_mean(key, known))

    def word(self, key: str, known: tuple[str, ...], default: str) -> str:
        value = str(self.take(key, str, default=default))
        if value not in known:
            raise self.error(f"'{key}' of {self.place} is '{value}'", key, did_you_mean(value, known))
        return value

    def flag(self, key: str, true: str, false: str) -> bool | None:
        """A boolean, or one of two words; None when absent."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value in (true, false):
            return bool(value == true)
        raise self.error(f"'{key}' of {self.place} is {shown(value)}; expected {true} or {false}", key)

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number that is not negative, also as text."""
        value = self.values.get(key, default)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            raise self.error(f"'{key}' of {self.place} is {shown(value)}; expected a number", key)
        return number

    def whole(self, key: str, default: int | None = None) -> int | None:
        number = self.number(key, default)
        if number is not None and number != int(number):
            raise self.error(f"'{key}' of {self.place} is {number}; expected a whole number", key)
        return None if number is None else int(number)


_KINDS: dict[type, str] = {list: "a list [...]", dict: "{...}", str: "text"}


def _number(value: Any) -> float | None:
    """int or float of a JSON number or of text such as "0x34000000"; None for any other, and outside 0 to 2^64."""
    if isinstance(value, str):
        try:
            value = int(value.strip(), 0) if re.match(r"\s*0[xX]", value) else _decimal(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < 1 << 64 else None


def _decimal(text: str) -> float:
    stripped = text.strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else float(stripped)


def shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def bytes_of(owner: JsonObject, key: str) -> int:
    """A {value, magnitude} pair in bytes; also a bare number."""
    value = owner.values.get(key)
    if value is None:
        raise owner.error(f"the key '{key}' is missing in {owner.place}")
    pair = value if isinstance(value, dict) else {"value": value}
    number = _number(pair.get("value"))
    if number is None:
        raise owner.error(f"'{key}' of {owner.place} is {shown(value)}; expected a number of bytes", key)
    magnitude = pair.get("magnitude", "BYTES")
    if not isinstance(magnitude, str) or magnitude not in MAGNITUDES:
        remedy = did_you_mean(str(magnitude), MAGNITUDES)
        raise owner.error(f"magnitude of '{key}' of {owner.place} is {shown(magnitude)}", key, remedy)
    total = number * MAGNITUDES[magnitude]
    if total != int(total):
        raise owner.error(f"'{key}' of {owner.place} is {total} bytes; expected a whole number", key)
    return int(total)
