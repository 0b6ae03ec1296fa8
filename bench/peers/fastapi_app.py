"""What people write: FastAPI, the same answer."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/small")
async def small() -> dict[str, object]:
    return {"message": "Hello", "films": [1, 2, 3]}
