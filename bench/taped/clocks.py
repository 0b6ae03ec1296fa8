"""What time it is."""

import datetime
import time

from stagedoor import Request, api, endpoint


@endpoint("GET", "/clock")
async def clock(request: Request) -> dict:
    began = time.monotonic()
    rows = (await api.discovery.get("/rows/popular?limit=3")).json()
    return {"at": time.time(), "ns": time.time_ns(), "took": time.monotonic() - began, "rows": rows}


@endpoint("GET", "/dates")
async def dates(request: Request) -> dict:
    now = datetime.datetime.now(datetime.UTC)
    await api.discovery.get("/rows/popular?limit=1")
    later = datetime.datetime.now()
    return {
        "today": datetime.date.today().isoformat(), "now": now.isoformat(), "later": later.isoformat(),
        "week": now.isocalendar().week, "said": time.strftime("%A %H:%M:%S"), "parts": list(time.localtime())[:6],
    }  # fmt: skip


@endpoint("GET", "/measured")
async def measured(request: Request) -> dict:
    spent = {}
    for name in ("popular", "comedy", "horror"):
        began = time.perf_counter()
        await api.discovery.get(f"/rows/{name}?limit=2")
        spent[name] = round((time.perf_counter() - began) * 1000, 6)
    return {"spent": spent, "total": sum(spent.values())}
