"""Signs in ASCII: what stands for a sign where a terminal shows nothing else."""

from __future__ import annotations

import unicodedata

__all__ = ["to_ascii"]


def to_ascii(text: str) -> str:
    """Turn text into ASCII: letters lose their accents, other signs become near ones or ``?``."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).encode("ascii", "replace").decode()


_SIGNS = str.maketrans(
    {
        "\u2265": ">=",
        "\u2264": "<=",
        "\u2013": "-",
        "\u2014": "-",
        "\u00b7": "-",
        "\u2022": "-",
        "\u00b5": "u",
        "\u00f8": "o",
        "\u00d8": "O",
        "\u00df": "ss",
        # the signs of a forest plot, each one column wide as before
        "\u25a0": "#",  # a study
        "\u25a1": "o",  # a study with a concern
        "\u25c6": "*",  # the pooled effect
        "\u25c4": "<",
        "\u25ba": ">",
        "\u2190": "<",
        "\u2192": ">",
        "\u2550": "=",
        "\u2500": "-",
        "\u2502": "|",
        "\u251c": "[",
        "\u2524": "]",
        "\u253c": "+",
        "\u252c": "+",
        "\u2534": "+",
        "\u2504": ".",
    }
)
