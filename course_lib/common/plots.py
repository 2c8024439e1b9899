"""Figures that everybody can read: alternative text for those who cannot see, sober colours for those who can."""

import base64
import html
import io

import matplotlib
import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

# Okabe and Ito (2008), "Color universal design": eight colours told apart with any kind of colour vision.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#000000")

# For curves: without the yellow, which is too light on white; a style for each, for who sees no colour.
LINE_COLOURS = (*OKABE_ITO[:6], OKABE_ITO[7])
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def style():
    """Set Matplotlib's defaults for the course: one look, legible, and small enough to be stored in a notebook."""
    matplotlib.rcParams.update(
        {
            "axes.prop_cycle": plt.cycler(color=OKABE_ITO),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 12,
            "axes.labelsize": 11,
            "figure.constrained_layout.use": True,
            "figure.dpi": 90,
            "figure.facecolor": "white",  # a dark theme shows the figure as a white sheet, legible as it is
            "figure.figsize": (6.4, 3.6),
            "font.size": 11,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "savefig.dpi": 90,
            "savefig.facecolor": "white",
        }
    )


def panel(axes, size):
    """The axes that were given, or those of a new figure, white so that it is legible on dark pages, too."""
    return Figure(figsize=size, facecolor="white", layout="constrained").add_subplot() if axes is None else axes


class Picture:
    """A drawn figure as Jupyter shows it: an image with alternative text; as plain text, that text alone.

    JupyterLab (4.6) drops the `alt` metadata of image/png, so the image is an HTML element. The root conftest.py
    keeps nbval from comparing its pixels.
    """

    def __init__(self, png, alt):
        self.png, self.alt = png, alt

    def _repr_html_(self):
        pixels = base64.b64encode(self.png).decode()
        return f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{pixels}">'

    def __repr__(self):
        return self.alt


def picture(figure, alt):
    """Draw a Matplotlib figure into a `Picture` and close it.

    Args:
      figure: a Matplotlib figure.
      alt: what a reader who cannot see the figure should know, in a sentence or two.

    Returns:
      A `Picture`: for `display`, or for a widget that swaps pictures.

    Raises:
      ValueError: `alt` is empty.
    """
    alt = " ".join(alt.split())
    if not alt:
        raise ValueError("alt='' says nothing: describe what the figure shows, in a sentence.")
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Software": None})  # no version in it: the same bytes everywhere
    plt.close(figure)  # else Jupyter shows it again at the end of the cell
    return Picture(png.getvalue(), alt)


def show(figure, alt):
    """Show a Matplotlib figure in the notebook with alternative text, then close it. See `picture`."""
    display(picture(figure, alt))
