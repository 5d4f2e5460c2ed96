"""Bare ONNX Runtime over a Parquet file, with nothing around it: read, ask, write. The floor of batch inference."""

import sys
from pathlib import Path

import onnxruntime
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

folder, target = Path(sys.argv[1]), Path(sys.argv[2])
session = onnxruntime.InferenceSession(folder / "model" / "graph.onnx", providers=["CPUExecutionProvider"])
inputs = {one.name: one.type for one in session.get_inputs()}
writer = None
for batch in pq.ParquetFile(folder / "trips.parquet").iter_batches(65_536, columns=["trip", *inputs]):
    fed = {}
    for name, kind in inputs.items():
        column = batch.column(name)
        column = pc.fill_null(column, "\ufdd0") if kind == "tensor(string)" else column.cast(pa.float64(), safe=False)
        fed[name] = column.to_numpy(zero_copy_only=False).reshape(-1, 1)
    predicted, probability = session.run(["predictions", "probabilities"], fed)
    columns = {"trip": batch.column("trip"), "prediction": predicted, "probability": probability[:, 1].copy()}
    done = pa.RecordBatch.from_pydict(columns)
    writer = writer or pq.ParquetWriter(target, done.schema, compression="lz4")
    writer.write_batch(done)
if writer is not None:
    writer.close()
