"""Ready components, and the reference pipelines made of them. Names are looked up when first used.

No module here is called like one of the names: importing it would put the module in the name's place.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.components.backtesting import Backtest, backtest
    from penstock.components.batch_inference import Chosen, batch_predict, batch_predict_files, pick_model
    from penstock.components.cross_validation import CrossValidation, cross_validate
    from penstock.components.databases import export_sql, read_sql
    from penstock.components.evaluation import evaluate
    from penstock.components.explanation import evaluation_page, explain
    from penstock.components.exports import export_file
    from penstock.components.gating import Judgement, gate
    from penstock.components.outlying import Tamed, clip_outliers, drop_outliers
    from penstock.components.profiling import Profiled, profile_table
    from penstock.components.registration import Registered, register
    from penstock.components.schemas import Checked, check_schema, infer_schema
    from penstock.components.splits import Split, group_split, random_split, stratified_split, time_split
    from penstock.components.table_files import CsvTable, read_csv, read_parquet
    from penstock.components.training import Training, train_and_promote
    from penstock.components.verdict import Check, Verdict

_HOMES = {
    "penstock.components.backtesting": ("Backtest", "backtest"),
    "penstock.components.batch_inference": ("Chosen", "batch_predict", "batch_predict_files", "pick_model"),
    "penstock.components.cross_validation": ("CrossValidation", "cross_validate"),
    "penstock.components.databases": ("export_sql", "read_sql"),
    "penstock.components.evaluation": ("evaluate",),
    "penstock.components.explanation": ("evaluation_page", "explain"),
    "penstock.components.exports": ("export_file",),
    "penstock.components.gating": ("Judgement", "gate"),
    "penstock.components.outlying": ("Tamed", "clip_outliers", "drop_outliers"),
    "penstock.components.profiling": ("Profiled", "profile_table"),
    "penstock.components.registration": ("Registered", "register"),
    "penstock.components.schemas": ("Checked", "check_schema", "infer_schema"),
    "penstock.components.splits": ("Split", "group_split", "random_split", "stratified_split", "time_split"),
    "penstock.components.table_files": ("CsvTable", "read_csv", "read_parquet"),
    "penstock.components.training": ("Training", "train_and_promote"),
    "penstock.components.verdict": ("Check", "Verdict"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Backtest",
    "Check",
    "Checked",
    "Chosen",
    "CrossValidation",
    "CsvTable",
    "Judgement",
    "Profiled",
    "Registered",
    "Split",
    "Tamed",
    "Training",
    "Verdict",
    "backtest",
    "batch_predict",
    "batch_predict_files",
    "check_schema",
    "clip_outliers",
    "cross_validate",
    "drop_outliers",
    "evaluate",
    "evaluation_page",
    "explain",
    "export_file",
    "export_sql",
    "gate",
    "group_split",
    "infer_schema",
    "pick_model",
    "profile_table",
    "random_split",
    "read_csv",
    "read_parquet",
    "read_sql",
    "register",
    "stratified_split",
    "time_split",
    "train_and_promote",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
