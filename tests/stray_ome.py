"""An OME-TIFF whose second plane is said to lie in a file outside its folder."""

from pathlib import Path

import numpy as np
import tifffile


def write_stray_ome(folder: Path) -> Path:
    """Write ``cells/a.ome.tif``, which names ``../secret.ome.tif``, and give its path."""
    (folder / "cells").mkdir()
    plane = np.ones((8, 10), np.uint8)
    tifffile.imwrite(folder / "secret.ome.tif", plane, metadata={"axes": "YX"})
    with tifffile.TiffFile(folder / "secret.ome.tif") as file:
        about = tifffile.xml2dict(str(file.ome_metadata))["OME"]
    path = folder / "cells/a.ome.tif"
    own = "urn:uuid:11111111-1111-1111-1111-111111111111"
    places = ((0, "a.ome.tif", own), (1, "../secret.ome.tif", about["UUID"]))
    planes = "".join(
        f'<TiffData IFD="0" FirstZ="{z}" PlaneCount="1">'
        f'<UUID FileName="{name}">{uuid}</UUID></TiffData>'
        for z, name, uuid in places
    )
    text = (
        f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="{own}">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="10" '
        'SizeY="8" SizeZ="2" SizeC="1" SizeT="1"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
        f"{planes}</Pixels></Image></OME>"
    )
    tifffile.imwrite(path, plane, description=text, metadata=None)
    return path
