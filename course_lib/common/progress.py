"""A progress bar with live curves: in a notebook a card that is drawn anew, in a terminal a line, in a log nothing."""

import html
import sys
import time

from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from tqdm import tqdm

from course_lib.common import plots

SECONDS = 1.0  # from one drawing to the next


class Progress:
    """Show how far a long task is, and the curves of what it measures.

    Args:
      total: steps in all.
      title: what is going on, a word or two.
      metrics: a `Metrics`, whose newest numbers are shown.
      curves: names of those numbers to draw while it runs (in a notebook).
      unit: what a step is.
      start: steps done before.
      show: False shows nothing.
    """

    def __init__(self, total, title, metrics, curves=(), unit="updates", start=0, show=True):
        self.total, self.title, self.metrics, self.curves, self.unit = total, title, metrics, curves, unit
        self.start = self.step = start
        self._began = self._drawn = time.monotonic()
        self._card = self._bar = None
        if show and _in_notebook():
            self._card = display(self._show(), display_id=True)
        else:  # without a terminal, tqdm shows nothing by itself
            off = None if show else True
            self._bar = tqdm(total=total, initial=start, desc=title, unit=f" {unit}", disable=off, file=sys.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._draw()
        if self._bar is not None:
            self._bar.close()

    def advance(self, step):
        """Say that `step` steps are done."""
        self.step = step
        if self._bar is not None:
            self._bar.update(step - self._bar.n)
        if time.monotonic() - self._drawn > SECONDS:
            self._draw()

    def _draw(self):
        self._drawn = time.monotonic()
        if self._bar is not None:
            self._bar.set_postfix({name: f"{value:.3g}" for name, value in self.metrics.last().items()})
        else:
            self._card.update(self._show())

    def _show(self):
        return _Card(self._head(), self.text(), self._picture())

    def text(self):
        """The line below the bar: how far, how long, and the newest numbers."""
        took = time.monotonic() - self._began
        done = self.step - self.start
        left = ""
        if done > 0 and self.step < self.total:
            left = f", about {took / done * (self.total - self.step):.0f} s left"
        numbers = "".join(f" · {name} {value:.3g}" for name, value in self.metrics.last().items())
        return f"{self.title}: {self.step:,} of {self.total:,} {self.unit} in {took:.0f} s{left}{numbers}"

    def _head(self):
        return f'<progress value="{self.step}" max="{self.total}" style="width:100%;max-width:40em"></progress>'

    def _picture(self):
        found = {name: self.metrics.curve(name) for name in self.curves}
        found = {name: curve for name, curve in found.items() if len(curve[0])}
        if not found:
            return None
        figure = Figure(figsize=(3.2 * max(len(found), 2), 2.6), facecolor="white", layout="constrained")
        for axes, (name, (steps, values)), colour in zip(
            figure.subplots(1, len(found), squeeze=False)[0], found.items(), plots.OKABE_ITO, strict=False
        ):
            axes.plot(steps, values, color=colour, marker="o", markersize=3)
            axes.set(xlabel=self.unit, title=name, xlim=(0, max(self.total, 1)))
        told = "; ".join(f"{name} from {values[0]:.3g} to {values[-1]:.3g}" for name, (_, values) in found.items())
        return plots.picture(figure, f"Live curves over {self.step} {self.unit}: {told}.")


class _Card:
    """A bar, a line of text, and a picture below it."""

    def __init__(self, bar, text, picture):
        self.bar, self.text, self.picture = bar, text, picture

    def _repr_html_(self):
        below = self.picture._repr_html_() if self.picture else ""
        return f'<div role="status">{self.bar}<div>{html.escape(self.text)}</div>{below}</div>'

    def __repr__(self):
        return self.text


def _in_notebook():
    return hasattr(get_ipython(), "kernel")
