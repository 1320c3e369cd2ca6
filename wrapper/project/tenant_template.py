"""tenant.tfvars.j2 -> HCL text, in Jinja2's sandbox. Pure; time and memory are bounded by the caller
(:mod:`wrapper.project.project` renders in a child process with limits), size is bounded here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.errors import ConfigError
from ..terraform import hcl

MAXIMUM_SIZE = 1_000_000  # characters of one rendered template


def render(template: str, context: Mapping[str, Any], where: str) -> str:
    """The rendered text. Raises ConfigError with file:line for a syntax error, an undefined name,
    a forbidden access, or too much output."""
    import jinja2
    from jinja2.exceptions import SecurityError

    try:
        return _bounded(_compile(template).generate(dict(context)), where)
    except jinja2.TemplateSyntaxError as error:
        raise ConfigError(f"template: {error.message}", where=f"{where}:{error.lineno}") from None
    except jinja2.UndefinedError as error:
        raise ConfigError(
            f"template: {error.message}", where=_line(error, where), hint="known names: tenant, stack, region, vars"
        ) from None
    except SecurityError as error:
        raise ConfigError(
            f"template: {error}", where=_line(error, where), hint="a template may only read its values"
        ) from None
    except (
        jinja2.TemplateError,
        ArithmeticError,
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
        RuntimeError,
        AssertionError,
    ) as error:
        raise ConfigError(f"template: {error or type(error).__name__}", where=_line(error, where)) from None


def _compile(template: str) -> Any:
    key = hash(template)
    if key not in _compiled:
        _compiled.clear()
        _compiled[key] = _environment().from_string(template)
    return _compiled[key]


_compiled: dict[int, Any] = {}


def _environment() -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        trim_blocks=False,
        lstrip_blocks=True,
    )
    environment.filters["hcl"] = hcl.quote
    return environment


def _bounded(pieces: Any, where: str) -> str:
    size, parts = 0, []
    for piece in pieces:
        size += len(piece)
        if size > MAXIMUM_SIZE:
            raise ConfigError(
                f"template: more than {MAXIMUM_SIZE} characters of output",
                where=where,
                hint="a tenant's values are a page of text; look for a runaway loop",
            )
        parts.append(piece)
    return "".join(parts)


def _line(error: BaseException, where: str) -> str:
    """Jinja2 rewrites tracebacks so that a frame of the template carries the template's own line."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{where}:{line}" if line else where
