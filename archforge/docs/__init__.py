"""The registries as pages: a page for every layer, block, problem, command and architecture.

Everything is made from what runs: arguments from the records, figures from graphs, pictures from
the drawing, rules from the methods themselves. So a page cannot say what is no longer true, and a
new layer has its page without anybody writing it. The one page by hand, ``plugins.md``, shows a
package that the tests install and run.

``records`` words layers and blocks, ``zoo`` architectures, ``site`` puts all pages together and
``writing`` writes them. To add a kind of page: a function that gives pages, and a line in ``site``.
"""

from archforge.docs.site import Command, site
from archforge.docs.writing import write_docs

__all__ = ["Command", "site", "write_docs"]
