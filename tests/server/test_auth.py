import asyncio
from typing import Any

import jwt
import pytest
from starlette.requests import Request

from bot.server.auth import Auth
from bot.server.problems import ApiError

SECRET = "a secret that is long enough for HS256"
ADMIN = {"user": {"username": "boss", "role": "admin"}}
LI = {"user": {"username": "li", "role": "user"}}


def status(
    auth: Auth,
    *,
    query: str = "",
    bearer: str | None = None,
    conversation: str | None = None,
    path: str = "/status",
    body: bytes = b"",
) -> int:
    """200, or the status that the check refuses with."""
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    scope: dict[str, Any] = {"type": "http", "headers": headers, "query_string": query.encode(), "path_params": {}}
    scope["path"] = path

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    if conversation:
        scope["path_params"] = {"conversation_id": conversation}
    try:
        asyncio.run(auth.check(Request(scope, receive)))
    except ApiError as error:
        return error.status
    return 200


def token(claims: dict[str, Any], secret: str = SECRET, method: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=method)


def test_without_settings_everybody_may() -> None:
    assert status(Auth()) == 200


def test_the_token_must_be_the_one() -> None:
    auth = Auth(token="geheim")
    assert status(auth, query="token=geheim") == 200
    assert status(auth, query="token=falsch") == 401
    assert status(auth) == 401


def test_an_admin_may_everything_and_a_user_only_the_own_conversation() -> None:
    auth = Auth(jwt_secret=SECRET)
    assert status(auth, bearer=token(ADMIN)) == 200
    assert status(auth, bearer=token(ADMIN), conversation="li") == 200
    assert status(auth, bearer=token(LI), conversation="li") == 200
    assert status(auth, bearer=token(LI), conversation="wang") == 403
    assert status(auth, bearer=token(LI)) == 403


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        token(ADMIN, secret="another secret that is long enough as well"),
        token(ADMIN | {"exp": 1}),
        jwt.encode(ADMIN, "", algorithm="none"),
    ],
)
def test_a_false_or_expired_jwt_is_nobodys(bad: str) -> None:
    assert status(Auth(jwt_secret=SECRET), bearer=bad) == 401


def test_claims_without_a_user_may_nothing() -> None:
    assert status(Auth(jwt_secret=SECRET), bearer=token({"user": "boss"})) == 403
    assert status(Auth(jwt_secret=SECRET), bearer=token({})) == 403


def test_either_token_or_jwt_will_do() -> None:
    auth = Auth(token="geheim", jwt_secret=SECRET)
    assert status(auth, query="token=geheim") == 200
    assert status(auth, bearer=token(ADMIN)) == 200


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/model/parse", b'{"text": "hi", "token": "geheim"}', 200),
        ("/model/parse", b'{"text": "hi", "token": "falsch"}', 401),
        ("/model/parse", b'{"text": "hi", "token": null}', 401),
        ("/model/parse", b"no json", 401),
        ("/model/parse", b"[]", 401),
        ("/model/train", b'{"token": "geheim"}', 401),
    ],
)
def test_a_rasa_that_asks_for_the_nlu_sends_its_token_in_the_body(path: str, body: bytes, expected: int) -> None:
    assert status(Auth(token="geheim"), path=path, body=body) == expected
