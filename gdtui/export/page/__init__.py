"""A run as one HTML file that plays it without a server or a network.

Each module builds on those before it:

    encoding    what a page holds as JSON that stays inside its HTML
    keys        the keys of a page, which are those of the app
    code_lines  a script in lines of coloured words
    rows        the recorded epochs: which of them, and which columns, a page has room for
    views       what a page shows of one moment
    recording   plays a run, and takes down as much of it as there is room for
    page        puts the page together

Beside them stand what a browser reads: ``page.html``, ``page.css`` and the scripts ``numbers.js``,
``run.js``, ``plots.js``, ``show.js`` and ``play.js``, in the order in which they build on one
another.
"""
