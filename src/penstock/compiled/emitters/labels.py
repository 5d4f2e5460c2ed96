"""How a category is written where it becomes part of a text: as `penstock.features` writes it."""

from penstock.compiled.graph import Block, CannotCompile, Graph, Part

_EXACT = 2.0**53


def label_of(column: Part, graph: Graph) -> tuple[str, str]:
    """A column's categories as texts `[rows, 1]`, and where they are missing. Refuses numbers that are not whole."""
    if column.type == "string":
        return column.tensor, graph.is_missing(column)
    if column.type == "time":
        raise CannotCompile("a date is no category")
    if column.type == "int64":
        texts = graph.cast(column.tensor, "string")
        return texts, graph.add("Equal", texts, graph.constant([[""]], object))
    values = graph.matrix(Block((column,)))
    missing = graph.add("IsNaN", values)
    there = graph.add("Where", missing, graph.constant([[0.0]]), values)
    graph.refuse(graph.add("Not", graph.add("Equal", there, graph.add("Floor", there))))
    graph.refuse(graph.add("GreaterOrEqual", graph.add("Abs", there), graph.constant([[_EXACT]])))
    bounded = graph.add("Clip", there, graph.constant(-_EXACT), graph.constant(_EXACT))
    return graph.cast(graph.cast(bounded, "int64"), "string"), missing
