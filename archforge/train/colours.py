"""The colours of classes in pictures of masks; light to import, as pages name them without Keras.

Source of the colours, which colour-blind people tell apart: Okabe and Ito 2008, "Color Universal
Design".
"""

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
WORDS = {
    ORANGE: "orange",
    SKY: "sky blue",
    GREEN: "green",
    YELLOW: "yellow",
    BLUE: "blue",
    VERMILION: "vermilion",
    PURPLE: "purple",
}


def colour_of(index: int) -> str:
    """That of a class; black is the first one's alone, which is the background."""
    return BLACK if index == 0 else list(WORDS)[(index - 1) % len(WORDS)]


def palette(classes: int) -> list[str]:
    """Those of classes in their order."""
    return [colour_of(index) for index in range(classes)]


def colour_word(index: int) -> str:
    """What people call the colour of a class."""
    return WORDS.get(colour_of(index), "black")
