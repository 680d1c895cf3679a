"""A provider with pages, whose browser session survives: it remembers whoever signed in until it is told to forget."""

from __future__ import annotations

import time
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.oidc.liar import Liar

PEOPLE = {"ana": "Ana Ilves", "jonas": "Jonas Brandt"}
PAGE = "<!doctype html><html lang=en><title>Town eID</title><main><h1>Who are you?</h1>{0}</main>"


class Remembering(Liar):
    """`obeys`: asks anew where the portal wants it (prompt=login). `forgets`: its sign-out ends its session."""

    last = 0

    def honest(self) -> None:
        """As a sound provider is."""
        super().honest()
        self.obeys = self.forgets = True
        self.signed_out = 0

    def _found(self, request: Request) -> Response:
        answers = {"/authorize": self._authorize, "/as": self._as, "/end": self._end}
        return answers[request.path](request) if request.path in answers else super()._found(request)

    def _authorize(self, request: Request) -> Response:
        self.asked = request.args.to_dict()
        sub, _sep, since = request.cookies.get("town", "").partition("|")
        if sub and not (self.obeys and self.asked.get("prompt") == "login"):
            return self._back(sub, float(since))  # silently, as the one it remembers
        return Response(PAGE.format("".join(f'<p><a href="/as?sub={s}">{n}</a></p>' for s, n in PEOPLE.items())),
                        mimetype="text/html")  # fmt: skip

    def _as(self, request: Request) -> Response:
        # the time of a sign-in has whole seconds; two people at one screen take longer than one
        if (since := self.last + 1 - time.time()) > 0:
            time.sleep(since)
        sub, now = request.args["sub"], int(time.time())
        self.last = now
        answer = self._back(sub, now)
        answer.set_cookie("town", f"{sub}|{now}", httponly=True, samesite="Lax")
        return answer

    def _back(self, sub: str, since: float) -> Response:
        self.sub, self.said["name"], self.auth_time = sub, PEOPLE[sub], since
        query = urlencode({"code": "the-code", "state": self.asked["state"]})
        return Response(status=302, headers={"Location": f"{self.asked['redirect_uri']}?{query}"})

    def _end(self, request: Request) -> Response:
        self.signed_out += 1
        query = urlencode({"state": request.args.get("state", "")})
        answer = Response(status=302, headers={"Location": f"{request.args['post_logout_redirect_uri']}?{query}"})
        if self.forgets:
            answer.delete_cookie("town")
        return answer
