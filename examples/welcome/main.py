"""For people who are no members yet: a plain ASGI application, with nothing of Stagedoor in it."""

import json

PLANS = [
    {"name": "mobile", "price": 4.99, "screens": 1, "quality": "480p"},
    {"name": "standard", "price": 9.99, "screens": 2, "quality": "1080p"},
    {"name": "premium", "price": 14.99, "screens": 4, "quality": "2160p"},
]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Welcome</title>
<meta name="viewport" content="width=device-width"><h1>Films for every screen</h1><ul>{plans}</ul></html>"""


async def app(scope, receive, send):
    """Answers / with a page and /plans with JSON."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
    if path == "/plans":
        await answer(send, 200, "application/json", json.dumps({"plans": PLANS}))
    elif path == "/":
        plans = "".join(f"<li>{plan['name']}: {plan['price']}</li>" for plan in PLANS)
        await answer(send, 200, "text/html; charset=utf-8", PAGE.format(plans=plans))
    else:
        await answer(send, 404, "text/plain", "There is nothing here.")


async def answer(send, status, media_type, text):
    headers = [(b"content-type", media_type.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
