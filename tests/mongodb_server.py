"""nx-27017, a server of MongoDB's protocol, with what it lacks: run as a script with nx-27017's own arguments.

It takes the unique index on a bucket's file names for granted but does not hold it, answers what it refuses without
MongoDB's codes, gives dates as text, makes up a document without a name for chunks that have none, and knows no ranges.
A real server (`MONGODB_TEST_URI`) needs none of this.
"""

from datetime import datetime
from typing import Any

from neosqlite.objectid import ObjectId
from nx_27017.gridfs_adapter import GridFSAdapter
from nx_27017.nx_27017 import main

_insert = GridFSAdapter.handle_insert
_converted = GridFSAdapter._convert_gridfs_result
_find = GridFSAdapter.handle_find
_find_chunks = GridFSAdapter.handle_chunks_find


def insert(adapter: GridFSAdapter, docs: list[dict[str, Any]], is_files: bool = True) -> dict[str, Any]:
    """Refuses a second file of one name."""
    adapter._ensure_bucket()
    for position, doc in enumerate(docs if is_files else []):
        query = f"SELECT 1 FROM {adapter._get_bucket()._files_collection} WHERE filename = ? AND _id <> ?"
        if adapter._db.execute(query, (doc["filename"], str(doc["_id"]))).fetchone():
            error = {"index": position, "code": 11000, "errmsg": "E11000 duplicate key error: filename"}
            return {"ok": 1, "n": 0, "writeErrors": [error]}
    return _insert(adapter, docs, is_files)


def converted(adapter: GridFSAdapter, file: Any) -> dict[str, Any]:
    """Dates as dates."""
    document = _converted(adapter, file)
    return {**document, "uploadDate": datetime.fromisoformat(document["uploadDate"])}


def find(adapter: GridFSAdapter, query: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Files that were saved whole, in the order of the field that a range is asked of."""
    [(field, condition)] = (query or {None: None}).items()
    if not _is_range(condition):
        return [document for document in _find(adapter, query) if document["filename"]]
    adapter._ensure_bucket()
    rows = adapter._db.execute(
        f"SELECT _id, filename FROM {adapter._get_bucket()._files_collection} WHERE filename <> '' ORDER BY {field}"
    )
    documents = ({"_id": ObjectId(file_id), "filename": name} for file_id, name in rows.fetchall())
    return [document for document in documents if _is_in(document[field], condition)]


def find_chunks(adapter: GridFSAdapter, query: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """In the order of their files' ids where a range of those is asked for."""
    condition = (query or {}).get("files_id")
    if not _is_range(condition):
        return _find_chunks(adapter, query)
    adapter._ensure_bucket()
    bucket = adapter._get_bucket()
    rows = adapter._db.execute(
        f"SELECT files._id FROM {bucket._chunks_collection} AS chunks"
        f" JOIN {bucket._files_collection} AS files ON files.id = chunks.files_id ORDER BY files._id"
    )
    documents = ({"files_id": ObjectId(file_id)} for (file_id,) in rows.fetchall())
    return [document for document in documents if _is_in(document["files_id"], condition)]


def _is_range(condition: Any) -> bool:
    return isinstance(condition, dict) and "$gt" in condition


def _is_in(value: Any, condition: dict[str, Any]) -> bool:
    return (
        str(value) > str(condition["$gt"])
        and ("$lt" not in condition or str(value) < str(condition["$lt"]))
        and str(value) not in map(str, condition.get("$nin", ()))
    )


GridFSAdapter.handle_find = find
GridFSAdapter.handle_chunks_find = find_chunks
GridFSAdapter.handle_insert = insert
GridFSAdapter._convert_gridfs_result = converted

if __name__ == "__main__":
    main()
