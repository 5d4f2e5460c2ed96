"""The same five steps as one plain script: the floor."""

import sys

import tabular_steps as steps

rows = steps.drop_outliers(steps.read(sys.argv[1]))
train, test = steps.halves(rows)
print(steps.score(steps.fit(train), test))
