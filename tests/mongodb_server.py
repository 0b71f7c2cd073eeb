"""nx-27017, a server of MongoDB's protocol, with what it lacks: run as a script with nx-27017's own arguments.

It takes the unique index on a bucket's file names for granted but does not hold it, answers what it refuses without
MongoDB's codes, and gives dates as text. A real server (`MONGODB_TEST_URI`) needs none of this.
"""

from datetime import datetime
from typing import Any

from nx_27017.gridfs_adapter import GridFSAdapter
from nx_27017.nx_27017 import main

_insert = GridFSAdapter.handle_insert
_converted = GridFSAdapter._convert_gridfs_result


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


GridFSAdapter.handle_insert = insert
GridFSAdapter._convert_gridfs_result = converted

if __name__ == "__main__":
    main()
