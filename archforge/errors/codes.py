"""The table of problem codes, each with the title of its page.

AF0 files and YAML, AF1 keys, names and formulas, AF2 shapes, AF3 hyperparameters and promises,
AF4 images and masks, AF5 training and runs, AF6 search and comparison.
"""

from importlib.resources import files

CODES: dict[str, str] = {
    # files and YAML
    "AF001": "the file cannot be read",
    "AF002": "the file is not YAML",
    "AF003": "the file is not a mapping of keys",
    "AF004": "the file is too large",
    "AF005": "the file nests too deep",
    "AF006": "a key stands twice",
    "AF007": "YAML that specs do not use",
    "AF008": "no architecture of that name",
    "AF009": "the file cannot be written",
    # keys, names and formulas
    "AF101": "an unknown key or argument",
    "AF102": "a key or argument is missing",
    "AF103": "no layer or block of that name",
    "AF104": "a value of the wrong kind",
    "AF105": "a value that is not allowed",
    "AF106": "a step that does not say what it is",
    "AF107": "a space is missing after a colon",
    "AF108": "a formula is cut at its comma",
    "AF109": "a list of nodes without brackets",
    "AF110": "no node of that name",
    "AF111": "this cannot be a name",
    "AF112": "the node does not exist at this point",
    "AF113": "a name is made twice",
    "AF114": "this cannot be shared",
    "AF115": "nothing comes before this step",
    "AF116": "a block is used inside itself",
    "AF117": "a step reaches no output",
    "AF118": "part of the language that is not there yet",
    "AF120": "a formula reads a name that does not exist",
    "AF121": "this is not a formula",
    "AF122": "formulas cannot do this",
    "AF123": "a formula cannot be worked out",
    "AF124": "too large for a formula",
    "AF125": "no such member",
    "AF126": "a node has no such size",
    "AF130": "the network does not end",
    "AF131": "a loop over something that is not a list, or uneven columns",
    "AF132": "repeat cannot do this",
    # hyperparameters and promises
    "AF301": "no hyperparameter of that name",
    "AF302": "no preset of that name",
    "AF303": "a value outside its hyperparameter's limits",
    "AF304": "the wrong number of values",
    "AF305": "a rule of the architecture is broken",
    "AF306": "the network is not what the file expects",
    "AF307": "a search range that cannot be",
    "AF308": "a length that cannot be",
    "AF309": "a hyperparameter that nothing reads",
    # shapes
    "AF201": "a layer with the wrong number of inputs",
    "AF202": "a layer with the wrong number of axes",
    "AF203": "a window larger than its input",
    "AF204": "inputs of Concatenate that differ in size",
    "AF205": "groups that cannot share the channels",
    "AF206": "strides and dilation at once",
    "AF207": "a size that must be known",
    "AF208": "inputs of a merge that differ in channels",
    "AF209": "inputs of a merge that differ in size",
    "AF210": "an axis that the input does not have",
    "AF211": "a Reshape that changes the number of values",
    "AF212": "a crop larger than its input",
    "AF213": "an output_padding that does not fit",
    "AF214": "numbers per channel that do not fit the channels",
    "AF215": "inputs of MaxUnpool2D that do not belong together",
    "AF216": "two arguments that exclude each other",
    "AF217": "a noise_shape that does not fit",
    "AF231": "a size that an input cannot have",
    "AF232": "shared weights that do not fit",
    # images and masks
    "AF401": "the folder of images is missing",
    "AF402": "the folder of images cannot be read",
    "AF403": "the folder holds no images",
    "AF404": "the folder has no layout that is known",
    "AF405": "an image has no mask",
    "AF406": "a mask has no image",
    "AF407": "a picture cannot be read",
    "AF408": "a picture is too large",
    "AF409": "a picture has pixels of a type that is not read",
    "AF410": "a mask has another size than its image",
    "AF411": "a mask is coloured",
    "AF412": "mask values are neither binary nor class indices",
    "AF413": "a mask was compressed as JPEG",
    "AF414": "all masks hold one single value",
    "AF415": "too few images for a split",
    "AF416": "two pictures have one name",
    "AF417": "a file of a type that is not read",
    "AF418": "the folder to write is not empty",
    "AF419": "the folder cannot be written",
    "AF420": "no kind of drawn images of that name",
    "AF430": "no metric of that name",
    # training and runs
    "AF501": "the run cannot be read",
    "AF502": "the run cannot be written",
    "AF503": "a setting of the training that cannot be",
    "AF504": "no loss of that name",
    "AF505": "a loss that does not fit the classes",
    "AF506": "a network that does not fit the images",
    "AF507": "a network that cannot be trained on masks",
    "AF508": "a part of the images that is empty",
    "AF509": "the training diverged",
    "AF510": "the memory does not suffice",
    "AF511": "the saved network cannot be loaded",
    "AF512": "the saved network names code",
    "AF513": "images that do not fit the run",
    "AF514": "a mask that would overwrite a file",
}


def page(code: str) -> str:
    """The page of ``code`` as Markdown: what it means, a wrong and a right example.

    Raises:
        KeyError: No such code.
    """
    if code not in CODES:
        raise KeyError(code)
    return files("archforge.errors").joinpath("pages", f"{code}.md").read_text("utf-8")
