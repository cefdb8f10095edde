"""Makes the files beside it with the format's own Python package: pip install gguf==0.19.0.

all-values.gguf   every type of metadata value, alone and in arrays
blocks.gguf       tensors of random blocks, and under <name>.values what that package decodes them to
shard-*.gguf      one model in three files
"""

import numpy as np
import gguf
from gguf import GGMLQuantizationType as T
from gguf import GGUFValueType as V
from gguf import GGUFWriter, quants

rng = np.random.default_rng(20260)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def all_values():
    w = GGUFWriter("all-values.gguf", "test")
    w.add_custom_alignment(64)
    numbers = {
        V.UINT8: 255, V.INT8: -128, V.UINT16: 65535, V.INT16: -32768, V.UINT32: 4294967295,
        V.INT32: -2147483648, V.UINT64: 18446744073709551615, V.INT64: -9223372036854775808,
        V.FLOAT32: 0.1, V.FLOAT64: -1e300, V.BOOL: True,
    }
    for kind, value in numbers.items():
        w.add_key_value("value." + kind.name.lower(), value, kind)
        w.add_key_value("array." + kind.name.lower(), [value, type(value)(0), value], V.ARRAY, kind)
    w.add_key_value("value.false", False, V.BOOL)
    w.add_string("value.string", "caf\u00e9 \u5c42 \U0001f600\n")
    w.add_key_value("value.empty", "", V.STRING)
    w.add_array("array.string", ["", "a", "caf\u00e9", "\U0001f600" * 3])
    finish(w)


def blocks():
    w = GGUFWriter("blocks.gguf", "test")
    for kind in (T.Q8_0, T.Q4_0, T.Q6_K):
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        count = 3 * 256 * 5 // elements
        raw = rng.integers(0, 256, size=(count, size), dtype=np.uint8)
        at = 208 if kind == T.Q6_K else 0
        d = rng.normal(0, 0.02, count).astype(np.float16)
        d[0], d[1] = np.float16(6e-8), np.float16(-65504)  # a subnormal and the largest
        raw[:, at:at + 2] = d.view(np.uint8).reshape(-1, 2)
        raw[2, :at] = raw[2, at + 2:] = 0x80
        raw[3, :at] = 0x7F
        raw[3, at + 2:] = 0x7F
        raw[4, :at] = 0xFF
        raw[4, at + 2:] = 0xFF
        raw = raw.reshape(3, -1)
        values = quants.dequantize(raw, kind).astype(np.float32)
        w.add_tensor(kind.name.lower(), raw, raw_dtype=kind)
        w.add_tensor(kind.name.lower() + ".values", values)
    values = rng.normal(0, 1, (4, 33)).astype(np.float32)
    values[0, :4] = np.float32(-0.0), np.float32(1e-40), np.float32(3.4e38), np.float32(1)
    halves = values.astype(np.float16)
    w.add_tensor("f32", values)
    w.add_tensor("f16", halves)
    w.add_tensor("f16.values", halves.astype(np.float32))
    upper = np.ascontiguousarray((values.view(np.uint32) >> 16).astype(np.uint16))
    w.add_tensor("bf16", upper.view(np.uint8).reshape(4, 66), raw_dtype=T.BF16)
    w.add_tensor("bf16.values", (upper.astype(np.uint32) << 16).view(np.float32))
    w.add_tensor("f64", values.astype(np.float64))
    w.add_tensor("f64.values", values)
    w.add_tensor("i8", rng.integers(-128, 128, (2, 3), dtype=np.int8))
    w.add_tensor("i16", rng.integers(-9, 9, (2, 3), dtype=np.int16))
    w.add_tensor("i32", rng.integers(-9, 9, (2, 3, 4), dtype=np.int32))
    w.add_tensor("i64", rng.integers(-9, 9, (2, 1, 1, 3), dtype=np.int64))
    finish(w)


def shards():
    w = GGUFWriter("shard.gguf", "test", split_max_tensors=2)
    w.add_name("sharded")
    for i in range(5):
        w.add_tensor(f"blk.{i}.weight", np.full((2, 3 + i), i, dtype=np.float32))
    finish(w)


all_values()
blocks()
shards()
