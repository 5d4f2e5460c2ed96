"""Who earns more than 50,000 dollars a year, and does the model treat women and men alike?

Trained on the census of 1994, judged by slices and by sensitive attributes, and let to production only if it is good
enough and fair enough:

    penstock run examples/census/pipeline.py
    penstock run examples/census/pipeline.py --param max_fairness_gap=0.05

The second one is refused: the model finds far fewer of the women who earn that much, as there are fewer of them in what
it learned from. The model and the verdict are kept, and say by how much.
"""

from pathlib import Path

import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from penstock import component, pipeline
from penstock.compiled import to_float32
from penstock.components import Training, train_and_promote

PEOPLE = Path(__file__).parent / "data" / "adult_census.csv"

NUMBERS = ["age", "hours-per-week"]
NAMES = ["workclass", "education", "marital-status", "occupation", "relationship"]
"""Neither `sex` nor `race`; but `relationship` says `Husband` or `Wife`, and leaving out a column does not make a model
blind to it."""


@component
def load(source: Path) -> pl.DataFrame:
    """Read the people; `?` marks what is not known."""
    return pl.read_csv(source, null_values="?")


@component(cpu=1)
def train(people: pl.DataFrame, learning_rate: float) -> Pipeline:
    """Fit boosted trees behind the encoding of names."""
    encode = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    model = make_pipeline(
        make_column_transformer(("passthrough", NUMBERS), (encode, NAMES)),
        to_float32(),
        HistGradientBoostingClassifier(learning_rate=learning_rate, random_state=0),
    )
    return model.fit(people.select(NUMBERS + NAMES).to_pandas(), people["salary"])


@pipeline
def census(
    people: Path = PEOPLE, learning_rate: float = 0.1, max_fairness_gap: float = 0.15, min_auc: float = 0.85
) -> Training:
    """Train, judge and register a model of incomes, and promote it if it is good and fair enough."""
    return train_and_promote(
        lambda part: train(part, learning_rate),
        load(people),
        "salary",
        name="income",
        test=0.3,
        positive=">50K",
        slices=["education"],
        sensitive=["sex"],
        fairness="equalized_odds_difference",
        max_fairness_gap=max_fairness_gap,
        min_auc=min_auc,
    )
