"""Several attributes on one line of a docstring ("a, b : type") become as many lines.

Napoleon knows this form for parameters, but takes the rest of an attribute's names for its type.
"""

import re

UNDERLINE = re.compile(r"\s*-{3,}\s*$")
SEVERAL = re.compile(r"^(\s*)(\w+(?:, \w+)+) : (.*)$")


def split_names(app, what, name, subject, options, lines):
    """Change the lines of a docstring in place."""
    out, section = [], ""
    for line, after in zip(lines, [*lines[1:], ""]):
        if UNDERLINE.match(after):
            section = line.strip()
        found = SEVERAL.match(line) if section == "Attributes" else None
        if found:
            *others, last = found[2].split(", ")
            for other in others:
                out += [f"{found[1]}{other} : {found[3]}", f"{found[1]}    As `{last}`."]
            line = f"{found[1]}{last} : {found[3]}"
        out.append(line)
    lines[:] = out


def setup(app):
    app.connect("autodoc-process-docstring", split_names, priority=400)  # before napoleon
    return {"parallel_read_safe": True, "parallel_write_safe": True}
