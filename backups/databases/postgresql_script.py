"""The SQL around a restored dump: what makes room before it, and what looks at it afterwards."""

import re
from collections.abc import Collection, Iterable, Mapping

from psycopg import sql

# A SQLSTATE of ours, of a class that PostgreSQL leaves to applications.
ROWS_DIFFER = "PS001"
NO_TABLE = "There is no table"

_SETTING = re.compile(rb"^SET (\w+) = [^\n]*;\n", re.MULTILINE)
_FIRST_OBJECT = b"\n-- Name: "
_LONGEST_HEADER = 1 << 16

_CHECK = """
DECLARE
    item record;
    found bigint;
BEGIN
    FOR item IN SELECT * FROM (VALUES {rows}) AS expected (name, rows) LOOP
        IF to_regclass(format('%I.%I', {schema}, item.name)) IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = {code}, MESSAGE = format(
                '{no_table} %s in the dump, and the backup says %s rows', item.name, item.rows);
        END IF;
        EXECUTE format('SELECT COUNT(*) FROM %I.%I', {schema}, item.name) INTO found;
        IF found <> item.rows THEN
            RAISE EXCEPTION USING ERRCODE = {code}, MESSAGE = format(
                '%s has %s rows in the dump, and the backup says %s', item.name, found, item.rows);
        END IF;
    END LOOP;
END
"""


def beginning(*, schema: str, tables: Collection[str], lock_timeout_ms: int, role: str = "") -> bytes:
    """Begins the transaction and drops these tables; whoever still reads one is waited for a little."""
    statements = ["BEGIN"]
    if role:
        statements.append(f"SET LOCAL ROLE {_identifier(role)}")
    statements += [
        "SET LOCAL client_min_messages = 'warning'",
        "SET LOCAL statement_timeout = 0",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        f"SET LOCAL lock_timeout = {lock_timeout_ms}",
    ]
    if tables:
        names = ", ".join(_identifier(schema, table) for table in tables)
        statements.append(f"DROP TABLE IF EXISTS {names} CASCADE")
    return "".join(f"{statement};\n" for statement in statements).encode()


def ending(*, schema: str, rows: Mapping[str, int]) -> bytes:
    """Counts the rows of each table and, if all is as expected, commits."""
    values = ", ".join(f"({_literal(table)}::text, {int(count)}::bigint)" for table, count in rows.items())
    check = _CHECK.format(rows=values, schema=_literal(schema), code=_literal(ROWS_DIFFER), no_table=NO_TABLE)
    return (f"DO {_literal(check)};\n" if rows else "").encode() + b"COMMIT;\n"


class Header:
    """The beginning of pg_restore's script, without settings that the server does not know.

    A newer pg_restore sets what only newer servers have (transaction_timeout, since 17), which would end the script.
    """

    def __init__(self, known_settings: Iterable[str]) -> None:
        self._known = {name.encode() for name in known_settings}
        self._held: bytes | None = b""

    def passed(self, piece: bytes) -> bytes:
        """What may be sent on of the script so far."""
        if self._held is None:
            return piece
        self._held += piece
        if _FIRST_OBJECT in self._held or len(self._held) > _LONGEST_HEADER:
            return self.rest()
        return b""

    def rest(self) -> bytes:
        """What was held back, at the script's end too."""
        held, self._held = self._held or b"", None
        header, first, objects = held.partition(_FIRST_OBJECT)
        return _SETTING.sub(self._kept, header) + first + objects

    def _kept(self, setting: re.Match[bytes]) -> bytes:
        return setting[0] if setting[1] in self._known else b""


def _identifier(*names: str) -> str:
    return sql.Identifier(*names).as_string()


def _literal(value: str) -> str:
    return sql.Literal(value).as_string()
