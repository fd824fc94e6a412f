# SPDX-License-Identifier: Apache-2.0
"""Operator codes: two fields of which files set one or both."""

import re
from pathlib import Path

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import pytest
import tflite

from compiler.frontend.examples import EXAMPLES
from ingot.base.errors import IngotError
from ingot.compiler.frontend.operator_code import builtin_kind, builtin_number
from ingot.compiler.frontend.tflite import parse_tflite
from support import tflite_builder as tfl
from support.differential import check
from support.shared import SHARED

KINDS = {name: number for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
KINDS.pop("PLACEHOLDER_FOR_GREATER_OP_CODES")
OLD = {name: number for name, number in KINDS.items() if number < 127}
FIELDS = ("builtin_code", "deprecated_builtin_code", "both")


def code_of(number: int, fields: str) -> tflite.OperatorCode:
    code = schema.OperatorCodeT()
    code.builtinCode = 0 if fields == "deprecated_builtin_code" else number
    code.deprecatedBuiltinCode = 0 if fields == "builtin_code" else min(number, 127)
    packer = flatbuffers.Builder(64)
    packer.Finish(code.Pack(packer))
    return tflite.OperatorCode.GetRootAs(bytes(packer.Output()), 0)


@pytest.mark.parametrize("fields", FIELDS)
def test_every_kind_of_the_schema(fields: str) -> None:
    known = {name for name in vars(tflite.BuiltinOperator) if name.isupper()}
    for name, number in (OLD if fields == "deprecated_builtin_code" else KINDS).items():
        assert builtin_number(code_of(number, fields)) == number
        assert builtin_kind(code_of(number, fields)) == (name if name in known else None)


def rewritten(model: bytes, fields: str) -> bytes:
    """The same model with other fields set."""
    file = schema.ModelT.InitFromPackedBuf(model, 0)
    for code in file.operatorCodes:
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        code.builtinCode = 0 if fields == "deprecated_builtin_code" else number
        code.deprecatedBuiltinCode = 0 if fields == "builtin_code" else min(number, 127)
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    return bytes(packer.Output())


@pytest.mark.slow
@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_operator_is_read_as_itself(name: str, fields: str) -> None:
    kind = name.split()[0]
    if kind not in OLD and fields == "deprecated_builtin_code":
        pytest.skip("no file can say so")
    graph = parse_tflite(rewritten(EXAMPLES[name](), fields), "model", "model.tflite")
    assert [op.kind for op in graph.operators] == [kind]


def test_a_product_is_no_sum() -> None:
    b = tfl.Builder(codes="builtin_code")
    x, y, z = b.input((1, 8), "int8", 0.02, 3), b.input((1, 8), "int8", 0.02, -5), b.tensor((1, 8), "int8", 0.02)
    b.operator("MUL", [x, y], [z])
    assert check(b.finish([z])).calls[0].kernel == "mul_s8"


@pytest.mark.parametrize("case", ["01_builtin_code_only", "01_builtin_code_only_mul", "21_quantizer_edges"])
def test_files_of_quantizers(case: str) -> None:
    path = SHARED / "cases" / f"{case}.tflite"
    if not path.is_file():
        pytest.skip("needs the shared cases")
    check(path)


@pytest.mark.parametrize("number", [127, 9999])
def test_a_number_that_no_operator_has(number: int) -> None:
    file = schema.ModelT.InitFromPackedBuf(EXAMPLES["ADD"](), 0)
    file.operatorCodes[0].builtinCode = number
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    with pytest.raises(IngotError, match=f"operator 0 has the unknown builtin code {number}"):
        parse_tflite(bytes(packer.Output()), "model", "model.tflite")


def test_the_options_of_another_operator_are_not_read() -> None:
    """LiteRT takes the defaults then."""
    file = schema.ModelT.InitFromPackedBuf(EXAMPLES["CONV_2D"](), 0)
    (op,) = file.subgraphs[0].operators
    op.builtinOptions, op.builtinOptionsType = schema.AddOptionsT(), schema.BuiltinOptions.AddOptions
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    with pytest.raises(IngotError, match="stride_h is 0"):
        parse_tflite(bytes(packer.Output()), "model", "model.tflite")


def test_nobody_else_reads_operator_codes() -> None:
    """The accessors of the package tflite are wrong (`BuiltinCode`) or half of the answer."""
    root = Path(__file__).parents[3]
    readers = [
        path.relative_to(root).as_posix()
        for folder in ("site_scons", "tests", "bench", "models", "examples")
        for path in sorted((root / folder).rglob("*.py"))
        if re.search(r"\.(Deprecated)?BuiltinCode\(", path.read_text(encoding="utf-8"))
    ]
    assert readers == []
