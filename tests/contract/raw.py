"""Requests that no well-behaved client sends: any bytes, any headers, from any address."""

from world import Answer, World, call_asgi


async def raw(
    world: World, method: str, path: str, body: bytes = b"", *, peer: str = "203.0.113.5", **headers: str
) -> Answer:
    """One request with exactly these headers besides Host and Content-Length."""
    sent = {"Host": "ryadom.test", "Content-Length": str(len(body))}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await call_asgi(world.server.asgi, method, path, sent, body, peer)
    await world.settle()
    return answer
