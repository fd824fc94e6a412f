# SPDX-License-Identifier: Apache-2.0
"""A .tflite file of a few operators, from the schema that the package ai-edge-litert brings.

tensor("x", (1, 4), "INT8", scale=0.1, zero_point=3)      an activation
tensor("w", (4, 4), "INT8", scale=[...], axis=0, data=array)   a constant
model([("ADD", [0, 1], [2], "AddOptions")], [tensor, ...], inputs=[0, 1], outputs=[2])  -> bytes
signed(content)         the same model with a signature, which ai-edge-quantizer wants
"""

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def tensor(name, shape, kind, scale=None, zero_point=0, axis=0, data=None):
    made = schema.TensorT()
    made.name, made.shape, made.type = name.encode(), list(shape), getattr(schema.TensorType, kind)
    made.data = data
    if scale is not None:
        scales = np.atleast_1d(np.asarray(scale, np.float32))
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale = scales
        made.quantization.zeroPoint = np.full(len(scales), zero_point, np.int64)
        made.quantization.quantizedDimension = axis
    return made


def model(operators, tensors, inputs, outputs):
    """operators: (kind, inputs, outputs, options table or None, version, values of the options)."""
    root, graph = schema.ModelT(), schema.SubGraphT()
    root.version, root.subgraphs, root.buffers, root.operatorCodes = 3, [graph], [schema.BufferT()], []
    graph.tensors, graph.inputs, graph.outputs, graph.operators = tensors, inputs, outputs, []
    for item in tensors:
        item.buffer = 0
        if item.data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(item.data.tobytes(), np.uint8)
            root.buffers.append(buffer)
            item.buffer = len(root.buffers) - 1
    for kind, reads, writes, table, version, values in operators:
        code, made = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, kind)
        code.version = version
        root.operatorCodes.append(code)
        made.opcodeIndex, made.inputs, made.outputs = len(root.operatorCodes) - 1, reads, writes
        if table:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            made.builtinOptions = getattr(schema, f"{table}T")()
            for key, value in values.items():
                setattr(made.builtinOptions, key, value)
        graph.operators.append(made)
    builder = flatbuffers.Builder()
    builder.Finish(root.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def signed(content):
    root, signature = schema.ModelT.InitFromPackedBuf(content, 0), schema.SignatureDefT()
    graph = root.subgraphs[0]
    signature.signatureKey, signature.subgraphIndex = b"serving_default", 0
    signature.inputs, signature.outputs = [], []
    for maps, indexes in ((signature.inputs, graph.inputs), (signature.outputs, graph.outputs)):
        for index in indexes:
            item = schema.TensorMapT()
            item.name, item.tensorIndex = graph.tensors[index].name, int(index)
            maps.append(item)
    root.signatureDefs = [signature]
    builder = flatbuffers.Builder()
    builder.Finish(root.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(content, *inputs, reference=True, keep_all=False, outputs=None):
    """The first output of the model. reference: LiteRT's reference kernels in place of the optimized ones."""
    resolver = OpResolverType.BUILTIN_REF if reference else OpResolverType.AUTO
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=resolver, experimental_preserve_all_tensors=keep_all
    )
    interpreter.allocate_tensors()
    for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]
