# SPDX-License-Identifier: Apache-2.0
"""YAML files of users: read, checked against a JSON schema, and remembered with the line of every key.

A mistake becomes one IngotError that names file and line, the key, what was expected and the nearest known key.
A schema node may carry the keyword "expected": the words that a message uses for what belongs there.

Reading twice is cheap: the checked result is kept in Ingot's cache under the hash of file, schema and this format, so
that a build in which nothing changed imports neither the YAML parser nor the schema library.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.files import write_if_changed
from ingot.base.places import cache_dir
from ingot.base.untrusted import DEEPEST, decode_text, read_bounded

CACHE_FORMAT = 3
Keys = tuple[str | int, ...]
UNQUOTED = 'YAML reads yes, no, on and off as true and false: put such a word in quotes, "yes".'
_EXPONENT = re.compile(r"([+-]?[0-9]+)(\.[0-9]*)?[eE]([+-]?)([0-9]+)")
"""What PyYAML takes as text, unless it has the point and the sign (findings/yaml-exponents.sh)."""


@dataclass(frozen=True)
class Document:
    """A checked YAML file.

    data: dicts, lists, strings, numbers, booleans and None; nothing else.
    lines: JSON-like pointer ("/flash/slots/0") -> line (from 1) of that key or list item.
    origin: pointer -> file, for what is not from `path`.
    """

    path: Path
    data: Any
    lines: Mapping[str, int]
    origin: Mapping[str, Path] = field(default_factory=dict)

    def where(self, *keys: str | int) -> str:
        """`file:line` of the key, or of the nearest thing around it when the key itself is absent."""
        place = list(keys)
        while place and pointer(tuple(place)) not in self.lines:
            place.pop()
        at = pointer(tuple(place))
        return f"{self.origin.get(at, self.path)}:{self.lines.get(at, 1)}"

    def error(self, what: str, *keys: str | int, remedy: str = "") -> IngotError:
        """An IngotError at that key."""
        return IngotError(what, where=self.where(*keys), remedy=remedy)


def load_yaml(path: Path, schema: Path, definition: str = "", partial: bool = False) -> Document:
    """Reads `path` and checks it against the JSON schema (draft 2020-12) in the file `schema`.

    definition: the entry of the schema's $defs that counts, "" for the schema itself. partial: keys may be missing,
    because another file has them; `require_keys` is for the two together.
    Raises IngotError when the file is missing, is not YAML, or does not fit the schema.
    """
    content = read_bounded(path, "yaml")
    rules = schema.read_bytes()
    kind = f"{definition} {partial}".encode()
    stamp = hashlib.sha256(b"%d\0%s\0%d\0" % (CACHE_FORMAT, kind, len(rules)) + rules + content).hexdigest()
    kept = cache_dir() / "yaml" / f"{stamp}.json"
    remembered = _remembered(path, kept)
    if remembered is not None:
        return remembered
    document = _parse(path, content)
    whole = json.loads(rules)
    _validate(document, whole["$defs"][definition] | {"$defs": whole["$defs"]} if definition else whole, partial)
    with suppress(OSError):  # a cache that cannot be written only costs time
        digest = _digest(document.data, document.lines)
        write_if_changed(kept, json.dumps({"data": document.data, "lines": document.lines, "digest": digest}))
    return document


def _remembered(path: Path, kept: Path) -> Document | None:
    """The entry of the cache; None when it is not there, or not what was written there."""
    try:
        entry = json.loads(kept.read_bytes())
        data, lines, digest = entry["data"], entry["lines"], entry["digest"]
        if digest != _digest(data, lines):
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Document(path, data, lines)


def _digest(data: Any, lines: Any) -> str:
    return hashlib.sha256(json.dumps([data, lines]).encode()).hexdigest()


def require_keys(document: Document, schema: Path) -> None:
    """Raises IngotError for the first key, by line, that a schema requires and the document has not."""
    rules = json.loads(schema.read_bytes())
    missing = list(_missing(document, rules, rules, document.data, ()))
    if missing:
        raise min(missing, key=lambda mistake: mistake[0])[1]


def _missing(document: Document, rules: Any, node: Any, value: Any, keys: Keys) -> Iterator[tuple[int, IngotError]]:
    node = _resolved(rules, node)
    if isinstance(value, dict):
        known = node.get("properties", {})
        for key in node.get("required", ()):
            if key not in value:
                meant = _resolved(rules, known.get(key, {})).get("expected", "")
                yield _missing_key(document, key, keys, meant)
        for key, inner in value.items():
            other = node.get("additionalProperties")
            yield from _missing(document, rules, known.get(key, other or {}), inner, (*keys, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _missing(document, rules, node.get("items", {}), inner, (*keys, number))


def _resolved(rules: Any, node: Any) -> Any:
    """A node of a schema, or the entry of $defs that it refers to."""
    return rules["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def _missing_key(document: Document, key: str, keys: Keys, meant: str) -> tuple[int, IngotError]:
    inside = f" in {spell(keys)}" if keys else ""
    return _mistake(document, f"the key '{key}' is missing{inside}", keys, f"Add {meant}." if meant else "")


def pointer(keys: Keys) -> str:
    """The place of a key in Document.lines."""
    return "".join(f"/{key}" for key in keys)


def spell(keys: Keys) -> str:
    """How a message names a place in the file: `regions[2].size`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _parse(path: Path, content: bytes) -> Document:
    """Parses, and walks the node tree for positions. Raises IngotError."""
    import yaml

    text = decode_text(content, str(path))
    _check_depth(path, text)
    loader = _loader_class()(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise IngotError("the file is empty", where=str(path))
        lines: dict[str, int] = {}
        _walk(path, root, (), lines, set())
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise IngotError(f"not valid YAML: {error.problem or error.context}", where=f"{path}:{line}") from error
    except yaml.YAMLError as error:
        raise IngotError(f"not valid YAML: {str(error).splitlines()[0]}", where=str(path)) from error
    except RecursionError as error:
        raise IngotError("not usable YAML: nested too deeply", where=str(path)) from error
    except ValueError as error:
        raise IngotError(f"not usable YAML: {error}", where=str(path)) from error
    finally:
        loader.dispose()
    return Document(path, data, lines)


def _check_depth(path: Path, text: str) -> None:
    """The parser's events are read one by one; what builds the document calls itself for every level, in C without
    a check, and would end the process. Mistakes of syntax are left to it."""
    import yaml

    depth = 0
    with suppress(yaml.YAMLError, ValueError):
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                depth -= 1
            if depth > DEEPEST:
                where = f"{path}:{event.start_mark.line + 1 if event.start_mark else 1}"
                raise IngotError(f"not usable YAML: more than {DEEPEST} lists or maps in each other", where=where)


def _loader_class() -> Any:
    """The safe loader, except that a date stays the text it was written as."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # which of PyYAML's two it is shows when it runs
        pass

    Loader.add_constructor("tag:yaml.org,2002:timestamp", base.construct_yaml_str)
    return Loader


def _walk(path: Path, node: Any, keys: Keys, lines: dict[str, int], seen: set[int]) -> None:
    """Notes the line of every key and item below `node`.

    Refuses what a reader of the file would trip over: a key given twice, a key that is no text, and a list or map
    that is referred to by an alias (expansion would have no bound).
    """
    import yaml

    lines.setdefault(pointer(keys), node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:float" and node.value.strip("+-").lower() in (".nan", ".inf"):
            raise IngotError(f"{spell(keys)} is {node.value}, no finite number", where=f"{path}:{lines[pointer(keys)]}")
        return
    where = f"{path}:{lines[pointer(keys)]}"
    if id(node) in seen:
        raise IngotError(f"{spell(keys)} refers to a list or map by an alias", where=where, remedy="Write it out.")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _walk(path, item, (*keys, position), lines, seen)
        return
    found: set[str] = set()
    for key, value in node.value:
        where = f"{path}:{key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            raise IngotError("a key must be plain text", where=where, remedy="Put it in quotes.")
        if key.value in found:
            raise IngotError(f"the key '{spell((*keys, key.value))}' is given twice", where=where)
        found.add(key.value)
        lines[pointer((*keys, key.value))] = key.start_mark.line + 1
        _walk(path, value, (*keys, key.value), lines, seen)


def _validate(document: Document, schema: Mapping[str, Any], partial: bool = False) -> None:
    """Raises the first mistake in the order of the file's lines."""
    errors = _validator()(schema).iter_errors(document.data)
    mistakes = [
        mistake
        for error in errors
        if not (partial and error.validator == "required")
        for mistake in _mistakes(document, error)
    ]
    if mistakes:
        raise min(mistakes, key=lambda mistake: mistake[0])[1]


def _validator() -> Any:
    """A JSON schema's validator whose `$` in a pattern is the end of the text, as in the standard's regular
    expressions; Python's also is the place in front of a last newline, and names become paths. Whole numbers have no
    point: the standard's 1.0 is one, and is no address.
    """
    import jsonschema

    def pattern(validator: Any, rule: str, instance: Any, schema: Any) -> Iterator[Any]:
        exact = f"{rule[:-1]}\\Z" if rule.endswith("$") else rule
        if validator.is_type(instance, "string") and not re.search(exact, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {rule!r}")

    def whole(checker: Any, instance: Any) -> bool:
        return isinstance(instance, int) and not isinstance(instance, bool)

    extend: Any = jsonschema.validators.extend
    standard: Any = jsonschema.Draft202012Validator
    return extend(standard, {"pattern": pattern}, type_checker=standard.TYPE_CHECKER.redefine("integer", whole))


def _mistakes(document: Document, error: Any) -> Iterator[tuple[int, IngotError]]:
    """(line, error for users) of one violation; an object with three unknown keys gives three."""
    keys: Keys = tuple(error.absolute_path)
    place = spell(keys)
    inside = f" in {place}" if place else ""
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        for key in error.instance:
            if key not in known:
                remedy = did_you_mean(key, known)
                yield _mistake(document, f"unknown key '{key}'{inside}", (*keys, key), remedy)
    elif error.validator == "required":
        missing = {
            key: known.get(key, {}).get("expected", "") for key in error.validator_value if key not in error.instance
        }
        if len(missing) == 1:
            ((key, meant),) = missing.items()
            yield _missing_key(document, key, keys, meant)
            return
        names = " and ".join([", ".join(f"'{key}'" for key in list(missing)[:-1]), f"'{list(missing)[-1]}'"])
        remedy = "\n  ".join(f"Add {key}: {meant}." for key, meant in missing.items())
        yield _mistake(document, f"the keys {names} are missing{inside}", keys, remedy)
    elif error.validator in ("anyOf", "oneOf") and "expected" not in error.schema and error.context:
        deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
        yield from _mistakes(document, deepest)
    elif error.validator == "enum":
        remedy = did_you_mean(str(error.instance), [str(value) for value in error.validator_value])
        yield _mistake(document, f"{place} is {_shown(error.instance)}, which is not known", keys, remedy)
    else:
        what = f"{place or 'the file'} is {_shown(error.instance)}; expected {_expected(error)}"
        words = isinstance(error.instance, bool) and error.validator == "type" and error.validator_value == "string"
        yield _mistake(document, what, keys, UNQUOTED if words else _exponent(error))


def _exponent(error: Any) -> str:
    """The remedy for a number that YAML reads as text: 1e-3."""
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    number = error.validator == "type" and "number" in kinds and isinstance(error.instance, str)
    parts = _EXPONENT.fullmatch(error.instance) if number else None
    if parts is None:
        return ""
    whole, fraction, sign, power = parts.groups()
    return f"YAML reads it as text: write {whole}{fraction or '.0'}e{sign or '+'}{power}."


def _mistake(document: Document, what: str, keys: Keys, remedy: str) -> tuple[int, IngotError]:
    found = document.error(what, *keys, remedy=remedy)
    return int(found.where.rsplit(":", 1)[1]), found


def _expected(error: Any) -> str:
    """The schema author's words, or words made from the violated rule."""
    if "expected" in error.schema:
        return str(error.schema["expected"])
    limit = error.validator_value
    if error.validator == "type":
        names = {"integer": "a whole number", "string": "text", "object": "keys and values", "array": "a list"}
        return " or ".join(names.get(kind, f"a {kind}") for kind in ([limit] if isinstance(limit, str) else limit))
    words = {
        "minimum": f"at least {limit}",
        "maximum": f"at most {limit}",
        "exclusiveMinimum": f"more than {limit}",
        "multipleOf": f"a multiple of {limit}",
        "minItems": f"a list of at least {limit}",
        "maxItems": f"a list of at most {limit}",
        "minLength": "some text",
        "pattern": f"text that matches {limit}",
        "const": f"{limit}",
        "uniqueItems": "no item twice",
        "minProperties": f"at least {limit} keys",
    }.get(error.validator)
    return words or f"{error.validator} {limit}"


def _shown(value: Any) -> str:
    """A value as short as a message wants it."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "empty"
    if isinstance(value, str):
        value = re.sub(r"[\x00-\x1f\x7f]", lambda control: ascii(control[0])[1:-1], value)
    text = f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
