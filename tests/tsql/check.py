"""Parses every T-SQL text the program can send (lines of JSON from tsql-texts) with sqlglot.

Checked: it parses; nothing newer than SQL Server 2008; no OUTPUT without INTO (it fails on tables with triggers); no
write of several rows by one statement (third-party triggers are written for one); a marker for each parameter, 2,100 at
most; in the texts of a batch, that each row to be changed is looked for again. Ends with 'N passed, N failed'.
"""

import json
import re
import sys

import sqlglot
from sqlglot import exp

# Words that SQL Server 2008 does not know, as they would appear in a text.
NEWER_WORDS = [
    "OFFSET", "FETCH NEXT ROWS", "THROW", "IIF(", "CONCAT(", "FORMAT(", "TRY_CONVERT", "TRY_CAST", "TRY_PARSE",
    "STRING_SPLIT", "STRING_AGG", "OPENJSON", "JSON_VALUE", "JSON_QUERY", "CREATE OR ALTER", "DROP TABLE IF EXISTS",
    "AT TIME ZONE", "TRIM(", "GREATEST(", "LEAST(", "EOMONTH", "DATEFROMPARTS", "LEAD(", "LAG(", "CHOOSE(",
    "NEXT VALUE FOR", "GENERATE_SERIES", "IS DISTINCT FROM",
]

# A WHERE that names one row by its key.
ONE_ROW = r"""("ID"|\[ID\]|order_id) = @p|^WHERE name = 'schema_version'$"""


def newer(text):
    upper = text.upper()
    for word in NEWER_WORDS:
        pattern = re.escape(word)
        if word[0].isalpha():
            pattern = r"(?<![A-Z_])" + pattern
        if re.search(pattern, upper):
            yield f"{word} is newer than SQL Server 2008"


def without_markers(text):
    """Markers as literals: sqlglot reads ? in some places only."""
    return text.replace("?", "@p")


# Ends a text when the statement before it hit no row. sqlglot takes all that follows an IF for a part of it.
GONE = re.compile(r"IF @@ROWCOUNT = 0 BEGIN RAISERROR\(N'tillbridge: a row of \w+ is gone', 16, 1\); RETURN; END;\n")
PARAMS_MAX = 2100


def markers(text):
    return len(re.findall(r"\?", re.sub(r"'[^']*'", "''", text)))


def batch_faults(text, params):
    if markers(text) != params:
        yield f"{markers(text)} markers for {params} parameters"
    if params > PARAMS_MAX:
        yield f"{params} parameters, more than {PARAMS_MAX}"
    if not text.endswith("SELECT @ids;"):
        yield "it does not end by telling the ids"
    for line in re.findall(r"(?:UPDATE|DELETE) [^;]*;\n(?!IF @@ROWCOUNT)", text):
        if not line.startswith('UPDATE "Item" SET "QuantityCommitted" = "QuantityCommitted" + ?'):
            yield f"nobody looks whether it hit its row: {line.strip()}"
    for line in re.findall(r"[^\n]*\n(?=IF @@ROWCOUNT)", text):
        if not re.match(r"(UPDATE|DELETE) ", line):
            yield f"the rows of what are counted here: {line.strip()}"
    yield from insert_faults(text)


def insert_faults(text):
    """Each new row's id is taken at once, before the next INSERT can change it."""
    for table, after in re.findall(r'INSERT INTO "?(\w+)"? [^;]*;([^\n]*)', text):
        ours = table.startswith("tillbridge_")
        taken = re.fullmatch(r" SET (@[oce]) = SCOPE_IDENTITY\(\); SET @ids = @ids \+ N',' \+ CAST\(\1 AS nvarchar\(12\)\);", after)
        if ours != (after == "") or ours == bool(taken):
            yield f"INSERT INTO {table} is followed by {after!r}"


def faults(text, params=None):
    yield from newer(text)
    if params is not None:
        yield from batch_faults(text, params)
    text = GONE.sub("", text)
    try:
        statements = sqlglot.parse(without_markers(text), read="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        yield f"does not parse: {error}"
        return
    if not any(statements):
        yield "no statement was read"
    for statement in filter(None, statements):
        if params is not None and isinstance(statement, (exp.Command, exp.IfBlock)):
            yield f"not understood: {statement.sql(dialect='tsql')[:60]}"
        yield from faults_of(statement)


def faults_of(statement):
    for insert in statement.find_all(exp.Insert):
        values = insert.expression
        if not isinstance(values, exp.Values) or len(values.expressions) != 1:
            yield "an INSERT of other than one row of VALUES"
    for write in [*statement.find_all(exp.Update), *statement.find_all(exp.Delete)]:
        where = write.args.get("where")
        if where is None:
            yield "an UPDATE or DELETE without WHERE"
        elif not re.search(ONE_ROW, where.sql(dialect="tsql")):
            yield f"an UPDATE or DELETE that is not of one row by its key: {where.sql(dialect='tsql')}"
        if write.args.get("from_") or write.args.get("from"):
            yield "an UPDATE or DELETE with FROM"
    for output in statement.find_all(exp.Returning):
        if not output.args.get("into"):
            yield "OUTPUT without INTO"


def check_checker():
    """The checks themselves: each of these must be refused, and this one not."""
    bad = [
        'SELECT IIF(a = 1, 2, 3) FROM "Order"', 'INSERT INTO "Order" ("A") VALUES (?), (?)',
        'INSERT INTO "Order" ("A") OUTPUT INSERTED."ID" VALUES (?)', 'UPDATE "Order" SET "A" = ?',
        'DELETE FROM "OrderEntry" WHERE "OrderID" = ?', 'SELECT FROM WHERE', "SELECT 1 ORDER BY a OFFSET 1 ROWS",
        'UPDATE "Item" SET "A" = ? WHERE "ID" IN (?, ?)',
    ]
    missed = [text for text in bad if not list(faults(text))]
    wrong = list(faults('UPDATE "Order" SET "A" = ? WHERE "ID" = ?'))
    missed += [text for text, params in bad_batches() if not list(faults(text, params))]
    wrong += list(faults(GOOD_BATCH, 5))
    return [f"the checker lets through: {text}" for text in missed] + [f"the checker refuses a good text: {w}" for w in wrong]


GOOD_BATCH = """DECLARE @o int, @ids nvarchar(max); SET @ids = N'';
INSERT INTO "Order" ("A") VALUES (?); SET @o = SCOPE_IDENTITY(); SET @ids = @ids + N',' + CAST(@o AS nvarchar(12));
UPDATE "Order" SET "A" = ? WHERE "ID" = ?;
IF @@ROWCOUNT = 0 BEGIN RAISERROR(N'tillbridge: a row of Order is gone', 16, 1); RETURN; END;
DELETE FROM "OrderEntry" WHERE "ID" = ?;
IF @@ROWCOUNT = 0 BEGIN RAISERROR(N'tillbridge: a row of OrderEntry is gone', 16, 1); RETURN; END;
INSERT INTO tillbridge_guard (a) VALUES (?);
SELECT @ids;"""


def bad_batches():
    yield GOOD_BATCH, 4
    yield GOOD_BATCH + "?", 6
    yield GOOD_BATCH.replace("SELECT @ids;", ""), 5
    yield GOOD_BATCH.replace("VALUES (?); SET @o = SCOPE_IDENTITY()", "VALUES (?); SET @o = @@IDENTITY"), 5
    yield GOOD_BATCH.replace("VALUES (?); SET", "VALUES (?), (1); SET"), 5
    yield re.sub(r"\nIF @@ROWCOUNT[^\n]*OrderEntry[^\n]*", "", GOOD_BATCH), 5
    yield GOOD_BATCH.replace('WHERE "ID" = ?;\nIF', 'WHERE "OrderID" = ?;\nIF', 1), 5
    yield GOOD_BATCH.replace("SELECT @ids;", "IF 1 = 1 SELECT 2;\nSELECT @ids;"), 5
    yield GOOD_BATCH.replace("VALUES (?);\nSELECT", "VALUES (" + ", ".join(["?"] * 2100) + ");\nSELECT"), 2104


def main():
    problems = check_checker()
    rows = [json.loads(line) for line in sys.stdin]
    for row in rows:
        problems += [f"{row['name']}: {fault}\n    {row['text']}" for fault in dict.fromkeys(faults(row["text"], row.get("params")))]
    if len(rows) < 40 or sum("params" in row for row in rows) < 4:
        problems.append(f"only {len(rows)} texts came in, {sum('params' in row for row in rows)} of batches")
    for problem in problems:
        print(problem)
    print(f"{len(rows) + 19 - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
