"""A tiny random BERT as a sentence-transformers folder, and what it should give, computed plainly with numpy."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, softmax
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

Weights = dict[str, NDArray[np.float32]]

WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "late", "letter", "queue"]
WIDTH, INNER, HEADS, LAYERS, POSITIONS, EPS = 24, 40, 3, 2, 16, 1e-5

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": WIDTH,
    "layer_norm_eps": EPS,
    "max_position_embeddings": POSITIONS,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
}


def make_folder(folder: Path, *, seed: int = 0, pooling: str = "mean", dense: bool = False, dtype: str = "F32") -> Path:
    """A sentence-transformers folder of a tiny random BERT, as the library itself would write it."""
    weights = random_weights(seed)
    bert = {name: it for name, it in weights.items() if not name.startswith("linear")}
    kinds = ["Transformer", "Pooling", "Dense", "Normalize"] if dense else ["Transformer", "Pooling"]
    paths = {"Transformer": "", "Pooling": "1_Pooling", "Dense": "2_Dense", "Normalize": "3_Normalize"}
    write_json(
        folder / "modules.json", [{"type": f"sentence_transformers.models.{it}", "path": paths[it]} for it in kinds]
    )
    write_json(folder / "config.json", CONFIG)
    write_json(folder / "1_Pooling" / "config.json", {"embedding_dimension": WIDTH, "pooling_mode": pooling})
    write_json(folder / "2_Dense" / "config.json", {"activation_function": "torch.nn.modules.activation.Tanh"})
    write_safetensors(folder / "model.safetensors", bert, dtype)
    write_safetensors(
        folder / "2_Dense" / "model.safetensors", {it: weights[it] for it in weights.keys() - bert.keys()}, dtype
    )
    make_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def make_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.enable_padding(length=POSITIONS)  # as folders in the wild do; it must make no difference
    return tokenizer


def random_weights(seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "linear.weight": (12, WIDTH),
        "linear.bias": (12,),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{at}" for at in range(LAYERS)):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        squares = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
        sizes = dict.fromkeys(squares, (WIDTH, WIDTH))
        for name, size in (sizes | {"intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER)}).items():
            shapes |= {f"{layer}.{name}.weight": size, f"{layer}.{name}.bias": size[:1]}
    shapes |= {f"{norm}.{part}": (WIDTH,) for norm in norms for part in ("weight", "bias")}
    return {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def by_numpy(weights: Weights, ids: list[int], pooling: str, dense: bool) -> NDArray[np.float32]:
    """The network of Devlin et al. 2019, plainly, for one text."""

    def linear(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        scaled = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPS)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def attention(x: Any, at: str) -> Any:
        query, key, value = (
            linear(x, f"{at}.{part}").reshape(len(x), HEADS, -1).swapaxes(0, 1) for part in ("query", "key", "value")
        )
        shares = softmax(query @ key.swapaxes(1, 2) / np.sqrt(WIDTH / HEADS), axis=-1)
        return (shares @ value).swapaxes(0, 1).reshape(len(x), WIDTH)

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for at in (f"encoder.layer.{layer}" for layer in range(LAYERS)):
        heard = linear(attention(x, f"{at}.attention.self"), f"{at}.attention.output.dense")
        x = norm(x + heard, f"{at}.attention.output.LayerNorm")
        inner = linear(x, f"{at}.intermediate.dense")
        x = norm(x + linear(inner * (1 + erf(inner / np.sqrt(2))) / 2, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    pooled = x[0] if pooling == "cls" else x.mean(0)
    vector = np.tanh(linear(pooled, "linear")) if dense else pooled
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def write_safetensors(path: Path, tensors: Weights, dtype: str) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, tensor in tensors.items():
        raw = as_bytes(tensor, dtype)
        header[name] = {"dtype": dtype, "shape": tensor.shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % 8)
    path.write_bytes(len(told).to_bytes(8, "little") + told + body)


def as_bytes(tensor: NDArray[np.float32], dtype: str) -> bytes:
    if dtype == "BF16":
        return (tensor.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return tensor.astype({"F32": np.float32, "F16": np.float16}[dtype]).tobytes()
