"""What nobody can know before."""

import base64
import hashlib
import hmac
import random
import secrets
import time
import uuid

from stagedoor import Request, Response, api, endpoint


@endpoint("GET", "/uuids")
async def uuids(request: Request) -> dict:
    rows = (await api.discovery.get("/rows/popular?limit=5")).json()
    made = [str(uuid.uuid4()) for _ in rows["films"]]
    return {"made": made, "by_time": str(uuid.uuid1()), "named": str(uuid.uuid5(uuid.NAMESPACE_URL, made[0]))}


@endpoint("GET", "/tokens")
async def tokens(request: Request) -> dict:
    return {
        "ticket": secrets.token_urlsafe(24), "nonce": secrets.token_hex(8), "one": secrets.choice("abcdefgh"),
        "below": secrets.randbelow(1_000_000), "bits": secrets.randbits(200),
    }  # fmt: skip


@endpoint("GET", "/dice")
async def dice(request: Request) -> dict:
    films = [one["id"] for one in (await api.discovery.get("/rows/popular?limit=20")).json()["films"]]
    random.shuffle(films)
    return {
        "films": films, "one": random.choice(films), "three": random.sample(films, 3), "share": random.random(),
        "normal": random.gauss(0, 1), "between": random.randint(1, 10**6), "weighted": random.choices("abc", [5, 3, 1]),
    }  # fmt: skip


@endpoint("GET", "/own-generator")
async def own_generator(request: Request) -> dict:
    own = random.Random()
    seeded = random.Random(4711)
    return {
        "own": [own.random() for _ in range(3)],
        "seeded": seeded.random(),
        "system": secrets.SystemRandom().random(),
    }


@endpoint("GET", "/signed")
async def signed(request: Request) -> Response:
    body = (await api.ratings.get("/ratings?films=1,2,3")).body
    nonce = secrets.token_bytes(12)
    stamp = str(int(time.time() * 1e6)).encode()
    mark = hmac.new(nonce, body + stamp, hashlib.sha256).digest()
    headers = {"x-nonce": base64.b64encode(nonce).decode(), "x-mark": mark.hex(), "x-at": stamp.decode()}
    return Response(body, headers=headers, media_type="application/octet-stream")
