"""Figures carry alternative text, and drawing one leaves nothing behind."""

import matplotlib
import matplotlib.pyplot as plt
import pytest
from IPython.utils.capture import capture_output

from course_lib.common import plots


@pytest.fixture
def figure():
    """One line, drawn without a display."""
    matplotlib.use("Agg")
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2])
    return figure


def test_a_picture_is_an_image_with_alternative_text(figure):
    """In HTML the text is escaped; as plain text it stands alone."""
    drawn = plots.picture(figure, "v < 3\n  after  one sweep")
    assert repr(drawn) == "v < 3 after one sweep"
    assert drawn._repr_html_().startswith('<img alt="v &lt; 3 after one sweep" src="data:image/png;base64,iVBOR')


def test_the_same_figure_gives_the_same_bytes(figure):
    """Stored outputs change only when the figure does."""
    assert plots.picture(figure, "a line").png == plots.picture(figure, "a line").png


def test_show_displays_and_closes(figure):
    """A figure left open would be shown a second time at the end of the cell."""
    with capture_output() as captured:
        plots.show(figure, "a line")
    assert "a line" in captured.stdout or captured.outputs[0].data["text/plain"] == "a line"
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alternative_text_is_refused(figure, alt):
    """Nobody forgets it by accident."""
    with pytest.raises(ValueError, match="describe what the figure shows"):
        plots.show(figure, alt)


def test_style_sets_colours_that_everybody_tells_apart():
    """The first two colours differ in brightness as well as in hue."""
    with matplotlib.rc_context():
        plots.style()
        colours = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        assert colours[:2] == ["#0072B2", "#E69F00"]
        assert matplotlib.rcParams["figure.facecolor"] == "white"
