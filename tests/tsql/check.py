"""Parses every T-SQL text the program can send (lines of JSON from tsql-texts) with sqlglot.

Checked: it parses; nothing newer than SQL Server 2008; no OUTPUT without INTO (it fails on tables with triggers); no
write of several rows by one statement (third-party triggers are written for one). Ends with 'N passed, N failed'.
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


def faults(text):
    yield from newer(text)
    try:
        statements = sqlglot.parse(without_markers(text), read="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        yield f"does not parse: {error}"
        return
    if not any(statements):
        yield "no statement was read"
    for statement in filter(None, statements):
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
    return [f"the checker lets through: {text}" for text in missed] + [f"the checker refuses a good text: {w}" for w in wrong]


def main():
    problems = check_checker()
    rows = [json.loads(line) for line in sys.stdin]
    for row in rows:
        problems += [f"{row['name']}: {fault}\n    {row['text']}" for fault in dict.fromkeys(faults(row["text"]))]
    if len(rows) < 50:
        problems.append(f"only {len(rows)} texts came in")
    for problem in problems:
        print(problem)
    print(f"{len(rows) + 9 - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
