"""How pages are printed: Jinja as Flask sets it up, without what costs time on every page and gives nothing here."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from types import FunctionType, MethodType
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro
from markupsafe import Markup, escape

try:
    from markupsafe import _escape_inner as _escaped  # type: ignore[attr-defined, unused-ignore]
except ImportError:  # an inner part of the library; without it the way is longer
    _escaped = escape


def written(value: Any) -> str:
    """A value as it stands in the HTML of a page: escaped, unless it is HTML already. What `escape` does, without making
    a new Markup of every piece that is about to be joined with the others."""
    kind = type(value)
    if kind is str:
        text: str = _escaped(value)
        return text
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class _Code(CodeGenerator):
    """Makes templates print their values with `written`."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("written = environment.written")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("written(")
        else:
            super()._output_child_pre(node, frame, finalize)


_PLAIN = (FunctionType, MethodType)
_KNOWS_ESCAPING: Any = pass_eval_context(lambda _how: None).jinja_pass_arg  # type: ignore[attr-defined]


class Context(JinjaContext):
    """What a template knows while it is printed."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call what stands in a template. What most calls are, macros and functions that want at most to know whether
        to escape, takes the short way; Jinja's own asks each of them four questions and copies the context."""
        kind = type(__obj)
        wish = _KNOWS_ESCAPING if kind is Macro else getattr(__obj, "jinja_pass_arg", None)
        if (kind in _PLAIN or kind is Macro) and (wish is None or wish is _KNOWS_ESCAPING):
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            try:
                return __obj(*args, **kwargs) if wish is None else __obj(__self.eval_ctx, *args, **kwargs)
            except StopIteration:
                return __self.environment.undefined("a function had nothing more to give")
        return super().call(__obj, *args, **kwargs)


class Environment(FlaskEnvironment):
    """The templates' environment."""

    code_generator_class = _Code
    context_class = Context
    written = staticmethod(written)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that every template knows. No template has any of its own, so they share one dict: Jinja's chain of
        two is walked in Python for each template, include and import of a page."""
        return super().make_globals(d) if d else self.globals
