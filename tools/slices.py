"""Which cells of a notebook a claim rests on, and a digest of their code.

A cell belongs to a claim's slice if it binds or changes a name that the claim's cell reads, or
that a cell of the slice reads. Comments, docstrings and layout are no part of the digest.
"""

import ast
import builtins
import hashlib
import json
import re
from math import inf
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CALL = re.compile(r"\bclaim\(\s*\"([^\"]+)\"")
# Methods that change what they are called on; those of PyTorch that do end in an underscore.
CHANGES = {"add", "append", "backward", "clear", "extend", "insert", "load_state_dict", "pop",
           "remove", "setdefault", "sort", "step", "update", "zero_grad"}
# Modules and methods of the package that show, store or read commands. The others decide what is
# trained and how it is scored, as far as a claim uses them.
DECIDE_NOTHING = {"__init__", "__main__", "cli", "cli_folder", "cli_options", "plots",
                  "checkpoint", "layout", "saved", "metrics/__init__"}
# Rooms that are entered by their name alone: what stands in them has names that notebooks also
# give to things of their own.
ROOMS = {"rivals", "memorisation", "diagnosis"}
METHODS_THAT_DECIDE_NOTHING = {"__repr__", "_repr_html_", "diagnose", "save", "to_csv"}
OPTIMIZER = re.compile(r"\b(Adam|Adadelta|SGD|RMSprop)\w*\(")
# What only shows something: a cell of nothing but these is left out.
SHOWS = {"glue", "print", "display", "check", "claim"}


def magic_free(source):
    """Python without IPython's magics and shell lines."""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line
                     for line in source.splitlines())


def normal(source):
    """Python without comments, docstrings, layout and the alarms of claims.

    An alarm is the business of a test: neither the sentence nor its outcome depends on it.
    """
    tree = ast.parse(magic_free(source))
    for node in ast.walk(tree):
        if is_claim(node):
            node.keywords = [word for word in node.keywords if word.arg != "alarm"]
        body = getattr(node, "body", None)
        if (isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and body
                and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)):
            node.body = body[1:] or [ast.Pass()]
    return ast.dump(tree)


def digest(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def is_claim(node):
    """Whether a node of a syntax tree is a call of `claim`."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"


class Package:
    """The package's modules that decide outcomes: what each defines, what it imports, its code."""

    def __init__(self, folder=ROOT / "rnngan_tutorial"):
        self.defines, self.imports, self.code = {}, {}, {}
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if name in DECIDE_NOTHING or name.startswith(("book/", "sweeps/")):
                continue
            tree = ast.parse(path.read_text())
            self.imports[name] = imported(tree)
            tree.body = [node for node in tree.body
                         if not isinstance(node, (ast.Import, ast.ImportFrom))]
            self.defines[name] = {name.split("/")[-1]} | set().union(*map(defined, tree.body))
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    node.body = [part for part in node.body if getattr(part, "name", "")
                                 not in METHODS_THAT_DECIDE_NOTHING] or [ast.Pass()]
            self.code[name] = normal(ast.unparse(tree))

    def used(self, sources):
        """Modules that define a word of these sources, and all that those import."""
        words, found = set(), set()
        for node in (node for source in sources for node in ast.walk(ast.parse(source))):
            words |= {getattr(node, part) for part in ("id", "attr", "name")
                      if isinstance(getattr(node, part, None), str)}
        shut = ROOMS - words
        while new := {name for name, own in self.defines.items()
                      if own & words and name.split("/")[0] not in shut} - found:
            found |= new
            words = set().union(*(self.imports[name] for name in new))
        return sorted(found)

    def digest(self, sources):
        """Of the modules that these sources use, without their imports."""
        return digest({name: self.code[name] for name in self.used(sources)})


def imported(tree):
    """What a module of the package imports from others of it: names of modules and of things."""
    return {name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level
            for name in [(node.module or "").split(".")[-1], *(part.name for part in node.names)]}


def defined(node):
    """Names that a statement at the top of a module binds."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


class Cell(ast.NodeVisitor):
    """What a code cell reads from others, binds and changes. Visits in the order of evaluation.

    Attributes
    ----------
    reads : set of str
        Names read before the cell binds them.
    binds, imports : set of str
        Names bound at the top level, and those of them that are imported.
    changes : set of str
        Names whose object the cell may change in place.
    moves : dict
        Optimizer -> names that it was built from, which its steps change.
    """

    def __init__(self, source):
        self.source = magic_free(source)
        self.reads, self.binds, self.imports, self.changes = set(), set(), set(), set()
        self.moves = {}
        self._scopes = []  # names of the functions and comprehensions around
        self.visit(ast.parse(self.source))
        self.reads -= set(dir(builtins))
        self.changes -= self.imports

    def _is_local(self, name):
        return any(name in scope for scope in self._scopes)

    def _bind(self, name):
        (self._scopes[-1] if self._scopes else self.binds).add(name)

    def _change(self, name):
        if name and not self._is_local(name):
            self.changes.add(name)
            if name not in self.binds:
                self.reads.add(name)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self._bind(node.id)
        elif not self._is_local(node.id) and node.id not in self.binds:
            self.reads.add(node.id)

    def visit_Attribute(self, node):
        if not isinstance(node.ctx, ast.Load):
            self._change(root(node))
        self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def visit_Import(self, node):
        for name in node.names:
            self._bind((name.asname or name.name).split(".")[0])
            self.imports.add((name.asname or name.name).split(".")[0])

    visit_ImportFrom = visit_Import

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)
            if isinstance(target, ast.Name) and OPTIMIZER.search(ast.unparse(node.value)):
                self.moves[target.id] = {n.id for n in ast.walk(node.value)
                                         if isinstance(n, ast.Name)}

    def visit_AugAssign(self, node):
        self.visit(node.value)
        name = root(node.target)
        if not self._is_local(name) and name not in self.binds:
            self.reads.add(name)
        self.visit(node.target)

    def visit_For(self, node):
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def _visit_comprehension(self, node):
        self._scopes.append(set())
        for part in node.generators:
            for inner in (part.iter, part.target, *part.ifs):
                self.visit(inner)
        for name in ("elt", "key", "value"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self._scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_FunctionDef(self, node):
        for part in (*node.decorator_list, *node.args.defaults,
                     *(d for d in node.args.kw_defaults if d)):
            self.visit(part)
        self._bind(node.name)
        self._visit_body(node, node.body)

    def visit_Lambda(self, node):
        for part in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(part)
        self._visit_body(node, [node.body])

    def _visit_body(self, node, body):
        args = node.args
        names = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
        names |= {a.arg for a in (args.vararg, args.kwarg) if a}
        stored = {n.id for part in body for n in ast.walk(part)
                  if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        self._scopes.append(names | stored)
        for part in body:
            self.visit(part)
        self._scopes.pop()

    def visit_ClassDef(self, node):
        for part in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(part)
        self._bind(node.name)
        self._scopes.append(set())
        for part in node.body:
            self.visit(part)
        self._scopes.pop()

    def visit_Expr(self, node):
        call = node.value
        if isinstance(call, ast.Call) and (isinstance(call.func, ast.Name) or in_place(call)):
            # A call whose value is thrown away may be there to change its arguments.
            for argument in call.args if root(call.func) not in SHOWS else ():
                self._change(root(argument))
        self.visit(call)

    def visit_Call(self, node):
        if getattr(node.func, "attr", "") in CHANGES or in_place(node):
            self._change(root(node.func))
        if getattr(node.func, "id", "") == "next":
            self._change(root(node.args[0]))
        self.generic_visit(node)


def in_place(call):
    """Whether a call is of a method of PyTorch that changes what it is called on, or given."""
    name = getattr(call.func, "attr", "")
    return name.endswith("_") and not name.endswith("__")


def alarm(words):
    """(low, high) beyond which a trained claim raises, from its call's keywords."""
    says = {name: ast.literal_eval(words[name]) for name in ("above", "below", "within", "alarm")
            if name in words}
    if "within" in says:
        return tuple(map(float, says.get("alarm", says["within"])))
    if "above" in says:
        return float(says.get("alarm", says["above"])), inf
    return -inf, float(says.get("alarm", says["below"]))


def root(node):
    """The name at the bottom of a chain of attributes, items and calls; None without."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


class Slicer:
    """The slices of a notebook's claims.

    Parameters
    ----------
    notebook : NotebookNode
    """

    def __init__(self, notebook):
        self.cells = [Cell(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
        modules = set().union(*(cell.imports for cell in self.cells))
        moves = {name: by for cell in self.cells for name, by in cell.moves.items()}
        for cell in self.cells:
            moved = set().union(*(moves.get(name, set()) for name in cell.changes))
            cell.changes = (cell.changes | moved) - modules
            cell.reads |= moved - cell.binds - modules
        self.of = {id: at for at, cell in enumerate(self.cells)
                   for id in CALL.findall(cell.source)}
        self.alarms = {}
        for cell in self.cells:
            for node in filter(is_claim, ast.walk(ast.parse(cell.source))):
                words = {word.arg: word.value for word in node.keywords}
                if "value" in words:
                    self.alarms[ast.literal_eval(node.args[0])] = alarm(words)

    def slice(self, *ids):
        """Numbers of the cells that these claims rest on, in order."""
        wanted = {self.of[id] for id in ids}
        open = list(wanted)
        while open:
            at = open.pop()
            cell = self.cells[at]
            for name in cell.reads:
                for before in self._makers(name, at):
                    if before not in wanted:
                        wanted.add(before)
                        open.append(before)
        return sorted(wanted)

    def _makers(self, name, at):
        """The last cell before `at` that binds a name, and those since that change it."""
        for before in range(at - 1, -1, -1):
            cell = self.cells[before]
            if name in cell.changes:
                yield before
            if name in cell.binds:
                yield before
                return

    def sources(self, *ids):
        return [magic_free(self.cells[at].source) for at in self.slice(*ids)]

    def digest(self, entry, package):
        """A digest of a claim's words and of the code it rests on."""
        sources = self.sources(entry["id"])
        return digest(entry["id"], entry["sentence"], str(entry["verdict"]),
                      [normal(source) for source in sources], package.digest(sources))
