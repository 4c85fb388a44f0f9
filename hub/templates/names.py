"""The names that a template uses and nobody has defined."""

from collections.abc import Collection, Iterator

from jinja2 import nodes

# What is inside these may never be reached, so Jinja complains of it only when it is.
_MAYBE = (nodes.If, nodes.CondExpr)
# These begin a scope of their own, in which Jinja complains again.
_SCOPES = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.With, nodes.Block, nodes.AssignBlock)


def unknown_filters_and_tests(
    tree: nodes.Template, filters: Collection[str], tests: Collection[str]
) -> Iterator[nodes.Filter | nodes.Test]:
    """Return those that do not exist and would be missed whichever way the template goes."""
    for node in _certain(tree, maybe=False):
        if node.name not in (filters if isinstance(node, nodes.Filter) else tests):
            yield node


def unknown_functions(tree: nodes.Template, known: Collection[str]) -> frozenset[str]:
    """Return the names that the template calls and neither gets nor makes."""
    called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    bound = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    bound |= {macro.name for macro in tree.find_all(nodes.Macro)} | _imported(tree)
    return frozenset(name for name in called - bound - {"caller", "loop", "self", "super"} if name not in known)


def _certain(node: nodes.Node, *, maybe: bool) -> Iterator[nodes.Filter | nodes.Test]:
    if isinstance(node, nodes.Filter | nodes.Test) and not maybe:
        yield node
    maybe = isinstance(node, _MAYBE) or (maybe and not isinstance(node, _SCOPES))
    for child in node.iter_child_nodes():
        yield from _certain(child, maybe=maybe)


def _imported(tree: nodes.Template) -> set[str]:
    names = {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return names
