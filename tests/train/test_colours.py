"""Colours of classes, and what they are called."""

from itertools import pairwise

from archforge.train.colours import BLACK, colour_of, colour_word, palette


def test_the_background_alone_is_black_however_many_classes_there_are() -> None:
    colours = palette(30)

    assert [index for index, colour in enumerate(colours) if colour == BLACK] == [0]
    assert len(set(colours[:8])) == 8
    assert all(one != other for one, other in pairwise(colours))


def test_each_colour_has_the_name_that_people_call_it_by() -> None:
    assert [colour_word(index) for index in range(4)] == ["black", "orange", "sky blue", "green"]
    assert colour_of(8) == colour_of(1)
    assert colour_word(8) == "orange"
