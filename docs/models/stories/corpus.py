"""Stories as a file holds them, and their sentences.

The files are plain text; a line of its own, `<|endoftext|>`, parts the stories, an empty line their paragraphs.
"""

import re
from pathlib import Path

END = "<|endoftext|>"
# A sentence ends with a mark and what closes it; the next one begins with a capital, a quote or a dash.
SENTENCE = re.compile(r"(?<=[.!?…])[\"»]?\s+(?=[\"«—A-ZА-ЯЁ])|(?<=[.!?…][\"»])\s+|\n+")


def stories(path):
    """The stories of a file."""
    return [story.strip() for story in Path(path).read_text("utf-8").split(END) if story.strip()]


def sentences(story):
    """The sentences of a story, with their marks."""
    found, start = [], 0
    for gap in SENTENCE.finditer(story):
        found.append(story[start : gap.end()].strip())
        start = gap.end()
    return [sentence for sentence in [*found, story[start:].strip()] if any(map(str.isalpha, sentence))]
