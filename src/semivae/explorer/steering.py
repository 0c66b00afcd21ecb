r"""The routes of the server for attributes, searches of the latent, and forecasts."""

from __future__ import annotations

__all__ = ["steering"]

from typing import Literal

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from semivae.explorer.workspace import Workspace
from semivae.workflows.explore.steer import MOST, Wish
from semivae.workflows.plain import ready


class Wished(BaseModel):
    """The wish of a search, as :class:`Wish` has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    column: str = Field(max_length=300)
    aim: Literal["maximize", "minimize", "target", "class"]
    value: str = Field("", max_length=300)
    evaluations: int = Field(30, ge=2, le=MOST)
    gate: Literal["refuse", "mark"] = "mark"


def steering(app: FastAPI, work: Workspace) -> None:
    """Serves directions, searches and forecasts."""

    @app.get("/api/directions")
    def directions() -> Response:
        found = work.session.directions(work.marking.labels())

        return JSONResponse(
            ready([{"name": one.name, "vector": one.vector, "spread": one.spread} for one in found]),
        )

    @app.post("/api/optimize")
    def optimize(body: Wished) -> Response:
        work.optimize(Wish(**body.model_dump()))

        return JSONResponse({}, status_code=202)

    @app.delete("/api/optimize")
    def stop() -> Response:
        work.cancel("search")

        return JSONResponse({})

    @app.post("/api/forecast")
    def forecast() -> Response:
        work.foresee()

        return JSONResponse({}, status_code=202)

    @app.delete("/api/forecast")
    def leave() -> Response:
        work.cancel("forecast")

        return JSONResponse({})
