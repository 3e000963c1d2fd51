# SPDX-License-Identifier: Apache-2.0
"""sql_rules: proves from the schema and the statement files that a store can be spread by tenant (design D8).

 1. Every table has a tenant that leads its primary key and all its indexes, or is in SHARED with a reason. Nothing refers
    to another table and no sequence is drawn from.
 2. Every statement is about one tenant, its first parameter, in each table it names; or says `shared:` and why, and then
    it writes to shared tables only. So no transaction changes two tenants: all statements inside one get the same first
    value, which the store asserts (store/db.c).
 3. store/table.def, by which stores are copied and distributed, has the same tables and keys; both schemas have the same
    columns.

tools/tidy runs the rules; SPOILED are examples that each must find fault with, tried on every run.
"""
import pathlib
import re

# Tables of no tenant. On a cluster every node has all of them.
SHARED = {
    "schema_version": "one row for the program",
    "setting": "facts about the whole database",
    "server": "servers serve all tenants",
}

TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\)[^;]*;", re.S)
INDEX = re.compile(r"CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \(([^)]*)\)")
NO_ALIAS = "ON|WHERE|SET|VALUES|LEFT|JOIN|ORDER|FOR|GROUP|LIMIT|INNER|CROSS|UNION|AS"
NAMED = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(?!(?:{NO_ALIAS})\b)(\w+))?")


def without_comments(text):
    return re.sub(r"--[^\n]*", "", text)


def columns_of(text):
    return [word.strip() for word in text.split(",")]


def outside_parentheses(text):
    while "(" in text:
        shorter = re.sub(r"\([^()]*\)", " ", text)
        if shorter == text:
            break
        text = shorter
    return text


class Schema:
    """Tables with their columns and keys, read from the text of a schema file."""

    def __init__(self, text):
        text = without_comments(text)
        self.text = text
        self.columns, self.primary, self.others = {}, {}, []
        for name, body in TABLE.findall(text):
            self.columns[name] = [line.split()[0] for line in body.strip().split("\n")
                                  if line.split() and line.split()[0].islower()]
            for line in body.split("\n"):
                if match := re.match(r"\s*(\w+) .*\bPRIMARY KEY\b", line):
                    self.primary[name] = [match.group(1)]
                if match := re.match(r"\s*PRIMARY KEY \(([^)]*)\)", line):
                    self.primary[name] = columns_of(match.group(1))
                if match := re.match(r"\s*UNIQUE \(([^)]*)\)", line):
                    self.others.append((name, "a UNIQUE", columns_of(match.group(1))))
                elif match := re.match(r"\s*(\w+) .*\bUNIQUE\b", line):
                    self.others.append((name, "a UNIQUE", [match.group(1)]))
        self.others += [(table, index, columns_of(columns)) for _, index, table, columns in INDEX.findall(text)]
        for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", text):
            self.columns[table].append(column)
        for old, new in re.findall(r"ALTER TABLE (\w+) RENAME TO (\w+)", text): # made again under another name
            self.columns[new] = self.columns.pop(old)
            self.primary[new] = self.primary.pop(old)


def schema_faults(schema):
    """Yields what rule 1 has against a schema."""
    for name, columns in schema.columns.items():
        if name in SHARED:
            if "tenant" in columns:
                yield f"{name} has a tenant, and is said to be shared"
            continue
        if "tenant" not in columns:
            yield f"{name} has no tenant"
        if schema.primary.get(name, [""])[0] != "tenant":
            yield f"the primary key of {name} does not lead with the tenant"
    for name, key, columns in schema.others:
        if name not in SHARED and columns[0] != "tenant":
            yield f"{key} of {name} does not lead with the tenant"
    for word in ("REFERENCES", "FOREIGN KEY", "SERIAL", "BIGSERIAL", "SEQUENCE", "IDENTITY", "TRIGGER"):
        if re.search(rf"\b{word}\b", schema.text):
            yield f"the schema has {word}"


def named_tables(body):
    """[(table, alias)] of every place where a statement names a table."""
    found = []
    for verb, table, alias in NAMED.findall(body):
        if verb.upper() == "UPDATE" and table.upper() in ("SET", "OF", "SKIP"):
            continue # ON CONFLICT ... DO UPDATE SET, FOR UPDATE OF
        found.append((table, alias or table))
    return found


def is_bound(alias, is_alone, body, bound):
    """Whether the table by that name is held to the tenant in $1, or to that of a table that is."""
    own = rf"(?:{alias}\.)?" if is_alone else rf"{alias}\."
    if re.search(rf"(?<![\w.]){own}tenant = \$1\b", body):
        return True
    pairs = [pair for other in bound for pair in ((alias, other), (other, alias))]
    return any(re.search(rf"\b{a}\.tenant = {b}\.tenant\b", body) for a, b in pairs)


def statement_faults(body, schema, is_shared):
    """Yields what rule 2 has against a statement."""
    body = without_comments(body).strip()
    tables = [(table, alias) for table, alias in named_tables(body) if table in schema.columns]
    if not tables:
        yield "names no table of the schema"
    of_tenants = [(table, alias) for table, alias in tables if table not in SHARED]
    is_write = re.match(r"(INSERT|UPDATE|DELETE)\b", body) is not None
    if is_shared:
        if is_write and of_tenants:
            yield f"is shared and writes {of_tenants[0][0]}, which belongs to tenants"
        return
    if re.search(r"\btenant\s*(?:=\s*\$(?!1\b)|<|>|IN\b|BETWEEN\b)", body):
        yield "asks for another tenant than $1"
    if match := re.match(r"INSERT INTO (\w+) \((\w+)[^)]*\)\s*VALUES \(\$(\d+)\b", body):
        if match.group(2) != "tenant" or match.group(3) != "1":
            yield "does not insert the tenant, as $1, first"
        if conflict := re.search(r"ON CONFLICT \((\w+)", body):
            if conflict.group(1) != "tenant":
                yield "its ON CONFLICT does not lead with the tenant"
        return
    if body.startswith("INSERT"):
        yield "inserts in a way that the rules do not know"
    if re.search(r"\bOR\b", outside_parentheses(body)):
        yield "has an OR beside its tenant"
    bound, left = set(), list(of_tenants)
    while left:
        now = [t for t in left if is_bound(t[1], len(of_tenants) == 1, body, bound)]
        if not now:
            break
        bound |= {alias for _, alias in now}
        left = [t for t in left if t not in now]
    for table, _ in left:
        yield f"does not hold {table} to the tenant"
    if tables and not of_tenants:
        yield "is about shared tables, and does not say `shared:` and why"


def statements(text):
    """Yields (line, name, body, is_shared) of a statement file."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("-- name:")]
    of_file = any("shared: " in line for line in lines[:starts[0]]) if starts else False
    for first, after in zip(starts, starts[1:] + [len(lines)]):
        block = lines[first:after]
        is_shared = of_file or any(line.startswith("--") and "shared: " in line for line in block)
        body = "\n".join(line for line in block if not line.startswith("--"))
        yield first + 1, block[0].split(":", 1)[1].strip(), re.sub(r"/\*postgres (.*?)\s*\*/", r"\1", body), is_shared


def keys_of_def(text):
    return {name: columns_of(key) for name, key in re.findall(r'^TABLE\((\w+),\s*"([^"]*)"', text, re.M)}


EXAMPLE = Schema("""CREATE TABLE t (
    tenant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE TABLE u (
    tenant BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE TABLE server (
    node BIGINT NOT NULL PRIMARY KEY
);""")

# Each must be refused: a schema, or a statement and whether it says `shared:`.
SPOILED_SCHEMAS = [
    "CREATE TABLE t (\n    id BIGINT NOT NULL PRIMARY KEY\n);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL,\n    id BIGINT NOT NULL,\n    PRIMARY KEY (id, tenant)\n);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL,\n    id BIGINT NOT NULL\n);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL PRIMARY KEY,\n    id BIGINT UNIQUE\n);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL PRIMARY KEY,\n    id BIGINT\n);\nCREATE INDEX i ON t (id, tenant);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL PRIMARY KEY,\n    id BIGINT REFERENCES t (tenant)\n);",
    "CREATE TABLE t (\n    tenant BIGINT NOT NULL PRIMARY KEY,\n    id BIGSERIAL\n);",
]
SPOILED_STATEMENTS = [
    ("SELECT id FROM t WHERE id = $1;", False),
    ("SELECT id FROM t WHERE id = $1 AND tenant = $2;", False),
    ("SELECT id FROM t WHERE tenant = $1 OR tenant = $2;", False),
    ("SELECT id FROM t WHERE tenant = $1 AND id IN (SELECT x.id FROM u x WHERE x.id = $2);", False),
    ("SELECT t.id FROM t JOIN u ON u.id = t.id WHERE t.tenant = $1;", False),
    ("SELECT id FROM t WHERE tenant > $1;", False),
    ("SELECT id FROM t WHERE tenant = $1 OR id = $2;", False),
    ("UPDATE t SET id = $2 WHERE id = $1;", False),
    ("DELETE FROM t WHERE id = $1;", False),
    ("INSERT INTO t (id, tenant) VALUES ($1, $2);", False),
    ("INSERT INTO t (tenant, id) VALUES ($2, $1);", False),
    ("INSERT INTO t (tenant, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING;", False),
    ("INSERT INTO t (tenant, id) SELECT tenant, id FROM u;", False),
    ("UPDATE t SET id = $1;", True),
    ("DELETE FROM t WHERE tenant = $1;", True),
    ("SELECT node FROM server;", False),
    ("SELECT 1;", False),
]
SOUND_STATEMENTS = [
    ("SELECT t.id FROM t JOIN u ON u.tenant = t.tenant AND u.id = t.id WHERE t.tenant = $1;", False),
    ("SELECT id FROM t WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3;", False),
    ("INSERT INTO t (tenant, id) VALUES ($1, $2) ON CONFLICT (tenant, id) DO UPDATE SET id = excluded.id;", False),
    ("UPDATE server SET node = $1;", True),
    ("SELECT t.tenant FROM t WHERE t.tenant > $1;", True),
]


def check_rules_bite():
    """The rules find fault with each spoiled example and with no sound one."""
    for text in SPOILED_SCHEMAS:
        if not list(schema_faults(Schema(text))):
            yield "tools/sql_rules.py", 1, "sql", f"the rules accept: {text}"
    for body, is_shared in SPOILED_STATEMENTS:
        if not list(statement_faults(body, EXAMPLE, is_shared)):
            yield "tools/sql_rules.py", 1, "sql", f"the rules accept: {body}"
    for body, is_shared in SOUND_STATEMENTS:
        for fault in statement_faults(body, EXAMPLE, is_shared):
            yield "tools/sql_rules.py", 1, "sql", f"the rules refuse: {body} {fault}"


def check_tenants(top):
    """Yields (path, line, rule, text) of every fault in the tree."""
    yield from check_rules_bite()
    folder = pathlib.Path(top) / "src/store"
    schema, other = (Schema("\n".join(path.read_text(encoding="utf-8") for path in sorted(place.glob("*.sql"))))
                     for place in (folder / "schema/postgres", folder / "schema/sqlite"))
    for fault in schema_faults(schema):
        yield "src/store/schema/postgres", 1, "sql", fault
    if other.columns != schema.columns:
        yield "src/store/schema", 1, "sql", "the two stores differ in tables or columns"
    if keys_of_def((folder / "table.def").read_text(encoding="utf-8")) != schema.primary | {"schema_version": ["version"]}:
        yield "src/store/table.def", 1, "sql", "its tables and keys are not those of the schema"
    for file in sorted((folder / "sql").glob("*.sql")):
        for line, _, body, is_shared in statements(file.read_text(encoding="utf-8")):
            for fault in statement_faults(body, schema, is_shared):
                yield file.relative_to(top).as_posix(), line, "sql", f"the statement {fault}"
