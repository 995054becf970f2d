"""Words are cut into pieces as SentencePiece cuts them."""

from tokenizers import Regex, Tokenizer, normalizers
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from nlp.embed.unigram import UnigramTokenizer

PIECES = {
    "<s>": 0.0,
    "<unk>": 0.0,
    "</s>": 0.0,
    "▁": -3.0,
    "▁bin": -4.0,
    "▁bi": -6.0,
    "n": -3.5,
    "iau": -4.0,
    "i": -3.0,
    "te": -3.2,
    "整": -9.0,
}
SAID = ("tete 整te", "biniau", "bin biniau", "ﬁn  bin\n", "bin ☂☂☂ bin", "☂", "", "niniaubi")


def test_words_are_cut_as_the_library_cuts_them() -> None:
    library = Tokenizer(Unigram(list(PIECES.items()), unk_id=1))
    library.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    library.pre_tokenizer = Metaspace()
    expected = [[0, *library.encode(text.strip()).ids, 2] for text in SAID]
    assert UnigramTokenizer(list(PIECES), list(PIECES.values()), 512).encode(SAID) == expected


def test_what_is_too_long_is_cut_short() -> None:
    [found] = UnigramTokenizer(list(PIECES), list(PIECES.values()), 6).encode(["bin " * 100])
    assert (len(found), found[0], found[-1]) == (6, 0, 2)
