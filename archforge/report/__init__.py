"""Pages and sheets to look at: each one file that needs nothing beside it.

This room knows how findings are laid out for the eye: templates, thumbnails, bars. It works nothing
out itself. A page is one module with a ``write_...`` function and one template in ``templates/``;
text is escaped by Jinja, and every picture has its words.
"""

from archforge.report.data_page import write_data_page
from archforge.report.preview_sheet import write_preview

__all__ = ["write_data_page", "write_preview"]
