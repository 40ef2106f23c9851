"""The page of ``b24sync report``: figures gathered from the database, drawn as HTML and SVG by hand."""
