# SPDX-License-Identifier: Apache-2.0
"""Float .onnx files, by onnxruntime's quantizer: opset raised to 17, graph prepared, QDQ form."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.compiler.frontend.onnx.float_ends import set_ends_in_float
from ingot.compiler.frontend.onnx.proto import open_onnx
from ingot.quantize.calibration import FloatInput, Sample
from ingot.quantize.settings import QuantizeSettings, check_patterns

OPSET, NEWER_OPSET = 17, 21
"""The newer one for numbers of 4 and of 16 bits."""

_METHODS = {"minmax": "MinMax", "entropy": "Entropy", "percentile": "Percentile"}


def tool_version() -> str:
    """What the lock file names. Raises IngotError when a package is missing."""
    try:
        import onnx
        import onnxruntime
        import onnxruntime.quantization
    except ImportError as error:
        raise _missing(error) from None
    return f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}"


def _missing(error: ImportError) -> IngotError:
    return IngotError(
        f"a float .onnx is quantized by onnxruntime, which cannot be imported ({error}).",
        remedy="Install it with `pip install 'path/to/ingot[quantize]'`.",
    )


def float_inputs(data: bytes, where: str) -> list[FloatInput]:
    """The inputs of a float model. Raises IngotError for one that is quantized, or takes other numbers."""
    file = open_onnx(data, where)
    done = [node for node in file.nodes if node.kind in ("QuantizeLinear", "DequantizeLinear", "QLinearConv")]
    if done:
        raise IngotError(
            "the model is quantized already.",
            where=done[0].place(where),
            remedy="Remove `quantize:`, or give the float model.",
        )
    for port in file.inputs:
        if port.dtype != "float32":
            raise IngotError(
                f"its input '{port.name}' is {port.dtype}, not float32.", where=where, remedy="Give the float model."
            )
        if None in port.shape[1:]:
            raise IngotError(
                f"its input '{port.name}' leaves extents free.",
                where=where,
                remedy="Export the model with fixed shapes.",
            )
    return [FloatInput(port.name, (1, *(n or 1 for n in port.shape[1:]))) for port in file.inputs]


def quantize_onnx(data: bytes, samples: Sequence[Sample], settings: QuantizeSettings, where: str) -> bytes:
    """The QDQ model. Raises IngotError with the tool's words when it fails."""
    tool_version()
    from onnx import load, version_converter
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    file = open_onnx(data, where)
    wide = settings.activations == "int16"
    small = (".*",) if settings.weights == "int4" else settings.small
    opset = NEWER_OPSET if wide or small else OPSET
    types = quantization.QuantType
    logging.getLogger().setLevel(logging.ERROR)
    names = [node.name for node in file.nodes]
    kept = [name for name in names if any(re.search(pattern, name) for pattern in settings.keep)]
    check_patterns("float", settings.keep, names, where)
    check_patterns("weights", settings.small, names, where)
    with tempfile.TemporaryDirectory(prefix="ingot-quantize-") as folder:
        first, second, third = (Path(folder, name) for name in ("float.onnx", "prepared.onnx", "quantized.onnx"))
        try:
            proto = file.proto
            if file.opset < opset:
                proto = version_converter.convert_version(proto, opset)
            first.write_bytes(proto.SerializeToString())
            quant_pre_process(str(first), str(second), skip_symbolic_shape=True)
            quantization.quantize_static(
                str(second),
                str(third),
                _Reader(samples),
                quant_format=quantization.QuantFormat.QDQ,
                per_channel=True,
                activation_type=types.QInt16 if wide else types.QInt8,
                weight_type=types.QInt8,
                nodes_to_exclude=kept,
                calibrate_method=getattr(quantization.CalibrationMethod, _METHODS[settings.method]),
                extra_options={
                    "WeightSymmetric": True,
                    "ActivationSymmetric": False,
                    "TensorQuantOverrides": _small_weights(load(str(second)), small, types.QInt4),
                },
            )
            result = load(str(third))
            set_ends_in_float(result, settings.in_float)
            return bytes(result.SerializeToString())
        except Exception as error:  # of many types
            reason = " ".join(str(error).split())[:300]
            raise IngotError(f"onnxruntime's quantizer fails: {reason}", where=where) from None


def _small_weights(model: Any, patterns: Sequence[str], kind: Any) -> dict[str, list[dict[str, Any]]]:
    """The overrides of onnxruntime's quantizer for the weights of layers that match: one scale an output channel.
    Depthwise ones, which are few, stay int8."""
    shapes = {item.name: item.dims for item in model.graph.initializer}
    found = {}
    for node in model.graph.node:
        if node.op_type not in ("Conv", "Gemm") or not any(re.search(pattern, node.name) for pattern in patterns):
            continue
        dims = shapes.get(node.input[1], ())
        grouped = any(a.name == "group" and a.i > 1 for a in node.attribute)
        if not dims or (grouped and dims[1] == 1):
            continue
        turned = node.op_type == "Conv" or any(a.name == "transB" and a.i for a in node.attribute)
        found[node.input[1]] = [{"quant_type": kind, "symmetric": True, "axis": 0 if turned else 1}]
    return found


class _Reader:
    """As onnxruntime.quantization.CalibrationDataReader."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._left: Iterator[Sample] = iter(samples)

    def get_next(self) -> Any:
        return next(self._left, None)

    def __iter__(self) -> Iterator[Sample]:
        return self._left

    def __next__(self) -> Sample:
        return next(self._left)


def run_onnx(data: bytes, samples: Sequence[Sample], names: Sequence[str] = ()) -> tuple[list[str], list[list[Any]]]:
    """The names and values of outputs, and of other tensors by name, for each sample."""
    import onnx
    import onnxruntime

    proto = onnx.ModelProto.FromString(data)
    known = {item.name for item in proto.graph.output}
    proto.graph.output.extend(onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in known)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found = [item.name for item in session.get_outputs()]
    return found, [session.run(found, sample) for sample in samples]
