"""Generate every bend of a module that declares rules: each value and condition, changed.

A value of the registry is made larger and smaller, each row of a table is dropped and given another
row's value, each boolean is inverted; each comparison, `and`, `or` and `not` of the module is
inverted.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("values", "words", "vision", "catalog", "evidence_store", "workbench", "ui", "renderer")
STEP = 1.25
"""Factor by which a value is made larger and smaller; an integer changes by at least one."""


@dataclass(frozen=True, kw_only=True)
class Bend:
    """One change of one statement of a module."""

    module: str
    name: str
    """The constant or function that is bent."""
    what: str
    """The change, as in the source: `0.9 -> 0.72`."""
    statement: int
    """Index of the statement in the module, from 0."""
    bent: ast.stmt
    edge: bool = False
    """Whether it only moves a limit by the very value at it."""
    whole: bool = False
    """Whether it has to be tried in a copy of the program."""

    @property
    def id(self) -> str:
        """Its name in the list of justified bends."""
        return f"{self.module}.{self.name}: {self.what}"


def bends_of(module: ModuleType) -> list[Bend]:
    """Return every bend of the values and conditions of a module that declares rules."""
    tree = tree_of(module.__name__)
    names = set(module.RULES.units)
    found: list[Bend] = []
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for name in names & set(assigned(node)):
                found += _values(module.__name__, name, at, node)
        elif isinstance(node, ast.FunctionDef):
            found += _conditions(module.__name__, node.name, at, node, whole=False)
        elif isinstance(node, ast.ClassDef):
            found += _conditions(module.__name__, node.name, at, node, whole=True)
    times: Counter[str] = Counter()
    each = []
    for one in found:
        times[one.id] += 1
        more = f" ({times[one.id]})" if times[one.id] > 1 else ""
        each.append(Bend(**{**vars(one), "what": one.what + more}))
    return each


def _values(module: str, name: str, at: int, node: ast.Assign | ast.AnnAssign) -> Iterator[Bend]:
    spread = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
    if spread and isinstance(node.value, ast.Tuple):
        inside: ast.expr = node.value.elts[assigned(node).index(name)]
    else:
        assert node.value is not None
        inside = node.value
    whole = _made_of_it_elsewhere(module, name)
    if isinstance(inside, ast.Call) and isinstance(inside.func, ast.Name) and not inside.args:
        body = tree_of(module).body
        for place, other in enumerate(body):
            if isinstance(other, ast.ClassDef) and other.name == inside.func.id:
                for path, what, new in _changes(other):
                    bent = _replaced(other, path, new)
                    yield Bend(
                        module=module, name=name, what=what, statement=place, bent=bent, whole=True
                    )
    prefix = _path(node, inside)
    for path, what, new in _changes(inside):
        bent = _replaced(node, (*prefix, *path), new)
        yield Bend(module=module, name=name, what=what, statement=at, bent=bent, whole=whole)


Path_ = tuple[tuple[str, int | None], ...]


def _changes(node: ast.AST) -> Iterator[tuple[Path_, str, ast.AST]]:
    """Yield every change of a value: its path, a description, and the new node."""
    for path, one in _walk(node):
        number = _number(one)
        if number is not None and not _inside_number(node, path):
            for other in _steps(number):
                yield path, f"{number:g} -> {other:g}", ast.Constant(other)
        elif isinstance(one, ast.Constant) and isinstance(one.value, bool):
            yield path, f"{one.value} -> {not one.value}", ast.Constant(not one.value)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield from ((path, *change) for change in _texts(one.value, alone=not path))
        elif isinstance(one, ast.Call) and _called(one) in ("set", "frozenset", "compile"):
            yield from ((path, *change) for change in _of_a_text(one))
        elif isinstance(one, ast.Set) or (
            isinstance(one, ast.Tuple | ast.List) and len(one.elts) > 1
        ):
            for place, row in enumerate(one.elts):
                rest = [*one.elts[:place], *one.elts[place + 1 :]]
                yield path, f"without {_short(row)}", _with(one, elts=rest)
        elif isinstance(one, ast.Dict) and len(one.keys) > 1:
            yield from ((path, *change) for change in _rows(one))


def _rows(one: ast.Dict) -> Iterator[tuple[str, ast.AST]]:
    for place, key in enumerate(one.keys):
        words = _short(key) if key is not None else _short(one.values[place])
        yield (
            f"without {words}",
            _with(
                one,
                keys=[*one.keys[:place], *one.keys[place + 1 :]],
                values=[*one.values[:place], *one.values[place + 1 :]],
            ),
        )
        here = ast.dump(one.values[place])
        others = [row for row in one.values if ast.dump(row) != here]
        if key is None or not others:
            continue
        changed = [*one.values[:place], others[place % len(others)], *one.values[place + 1 :]]
        yield f"{words}: {_short(changed[place])}", _with(one, values=changed)


def _texts(text: str, *, alone: bool) -> Iterator[tuple[str, ast.AST]]:
    parts = text.split("|")
    if len(parts) > 3 and "(" not in text:
        for place, part in enumerate(parts):
            rest = "|".join([*parts[:place], *parts[place + 1 :]])
            yield f"without {part}", ast.Constant(rest)
    elif alone:
        yield f"{text[:40]!r} -> {text[:40] + 'x'!r}", ast.Constant(text + "x")


def _of_a_text(one: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    """Yield a set of characters without each one; a pattern that requires more."""
    texts = [arg for arg in one.args[:1] if isinstance(arg, ast.Constant)]
    for text in (arg.value for arg in texts if isinstance(arg.value, str)):
        rest = one.args[1:]
        if _called(one) != "compile":
            for char in sorted(set(text)):
                fewer = ast.Constant(text.replace(char, ""))
                yield f"without {char!a}", _with(one, args=[fewer, *rest])
        elif not any(_texts(text, alone=False)):  # otherwise each of its words is dropped
            more = ast.Constant(text + "x")
            yield f"{text[:40]!r} and x", _with(one, args=[more, *rest])


def _called(one: ast.Call) -> str:
    return getattr(one.func, "id", getattr(one.func, "attr", ""))


def _steps(number: float) -> tuple[float, ...]:
    if isinstance(number, int):
        step = max(round(number * (STEP - 1)), 1)
        return (number + step, number - step)
    up = number * STEP if not 0 < number < 1 else min(number * STEP, (1 + number) / 2)
    return (up, number / STEP)


def _number(node: ast.AST) -> float | None:
    """The value of an expression of numbers only, or None."""
    if isinstance(node, ast.Constant):
        kind = type(node.value)
        return node.value if kind in (int, float) else None  # type: ignore[return-value]
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        parts = [one for one in ast.walk(node) if isinstance(one, ast.expr)]
        plain = (ast.BinOp, ast.UnaryOp, ast.Constant)
        if all(isinstance(one, plain) for one in parts):
            value = eval(compile(ast.Expression(node), "rule", "eval"))  # numbers only
            return value if type(value) in (int, float) else None
    return None


def _inside_number(node: ast.AST, path: Path_) -> bool:
    return any(_number(_at(node, path[:depth])) is not None for depth in range(len(path)))


TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
EDGES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


def _conditions(module: str, name: str, at: int, node: ast.stmt, *, whole: bool) -> Iterator[Bend]:
    for path, one in _walk(node):
        changes: list[tuple[ast.AST, bool]] = []
        if isinstance(one, ast.Compare):
            for place, sign in enumerate(one.ops):
                for table, edge in ((TURNED, False), (EDGES, True)):
                    if type(sign) in table:
                        ops = [*one.ops[:place], table[type(sign)](), *one.ops[place + 1 :]]
                        changes.append((_with(one, ops=ops), edge))
        elif isinstance(one, ast.BoolOp):
            other = ast.Or() if isinstance(one.op, ast.And) else ast.And()
            changes.append((_with(one, op=other), False))
        elif isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not):
            changes.append((one.operand, False))
        for new, edge in changes:
            yield Bend(
                module=module,
                name=name,
                what=f"{_short(one)} -> {_short(new)}",
                statement=at,
                bent=_replaced(node, path, new),
                edge=edge,
                whole=whole,
            )


def _walk(node: ast.AST, path: Path_ = ()) -> Iterator[tuple[Path_, ast.AST]]:
    """Yield every part of a node with the path to it, except type annotations."""
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "keys"):
            continue
        for place, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, ast.AST):
                step = (name, place if isinstance(value, list) else None)
                yield from _walk(one, (*path, step))


def _path(node: ast.AST, inside: ast.AST) -> Path_:
    return next(path for path, one in _walk(node) if one is inside)


def _at(node: ast.AST, path: Path_) -> ast.AST:
    for name, place in path:
        node = getattr(node, name) if place is None else getattr(node, name)[place]
    return node


def _replaced(node: ast.stmt, path: Path_, new: ast.AST) -> ast.stmt:
    made = copy.deepcopy(node)
    holder = _at(made, path[:-1])
    name, place = path[-1]
    if place is None:
        setattr(holder, name, new)
    else:
        getattr(holder, name)[place] = new
    return ast.fix_missing_locations(made)


def _with(node: ast.AST, **changed: object) -> ast.AST:
    made = copy.copy(node)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]


@cache
def _text_of(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def _body_of(path: Path) -> list[ast.stmt]:
    return ast.parse(_text_of(path)).body


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(Path(str(import_module(module).__file__)).read_text("utf-8"))


def assigned(node: ast.stmt) -> list[str]:
    """Return the names that a statement assigns."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    each = [
        one
        for target in targets
        for one in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
    return [one.id for one in each if isinstance(one, ast.Name)]


def used_when_loaded(node: ast.stmt) -> set[str]:
    """The names that a statement uses at import, not when called."""
    if isinstance(node, ast.FunctionDef):
        parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
        parts += [one for one in node.args.kw_defaults if one is not None]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list, *node.bases]
        for inner in node.body:
            if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value is not None:
                parts.append(inner.value)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        parts = [node.value]
    else:
        return set()
    return {one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name)}


@cache
def _made_of_it_elsewhere(module: str, name: str) -> bool:
    """Whether another module or a class derives something from a constant at import."""
    own = {
        made
        for node in tree_of(module).body
        if isinstance(node, ast.ClassDef) and name in used_when_loaded(node)
        for made in (node.name,)
    }
    if own:
        return True
    last = module.rpartition(".")[2]
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if path == Path(str(import_module(module).__file__)) or name not in _text_of(path):
                continue
            body = _body_of(path)
            taken = any(
                isinstance(node, ast.ImportFrom)
                and (node.module == module or any(one.name == last for one in node.names))
                for node in body
            )
            loaded = {used for node in body for used in used_when_loaded(node)}
            if taken and loaded & {name, last}:
                return True
    return False
