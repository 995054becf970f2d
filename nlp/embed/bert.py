"""The BERT encoder of a sentence-transformers folder as an OpenVINO model: token ids and mask in, one vector a row out.

Built with OpenVINO's own operations from config.json and model.safetensors as they are, so neither PyTorch nor a
converted copy of the weights is needed. The network is that of Devlin et al. 2019, its parts named as in Hugging Face's
BertModel; what follows it (pooling, dense layers, normalisation) is what the folder's modules.json lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as op

from nlp.embed.checkpoint import BLOCK, UnusableModel, Weights, halves, modules, read_json, read_weights

Node = Any  # OpenVINO's own types say no more

ACTIVATIONS: Mapping[str, Callable[[Node], Node]] = {
    "gelu": lambda x: op.gelu(x, "erf"),
    "gelu_new": lambda x: op.gelu(x, "tanh"),
    "gelu_pytorch_tanh": lambda x: op.gelu(x, "tanh"),
    "relu": op.relu,
    "silu": op.swish,
    "Tanh": op.tanh,
    "Identity": lambda x: x,
}


def build(folder: Path) -> openvino.Model:
    """Return the way from tokens to vectors.

    Inputs: ids (n, tokens) int64 and mask (n, tokens) float32, 1 for a token and 0 for padding. Output: (n, dimensions)
    float32, unit rows. Raises UnusableModel.
    """
    ids = op.parameter([-1, -1], np.int64, name="ids")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    x = ids
    for kind, path in modules(folder):
        if kind not in STEPS:
            raise UnusableModel(f"{folder}: a module of the kind {kind} is not supported")
        try:
            x = STEPS[kind](path, mask, x)
        except KeyError as error:
            raise UnusableModel(f"{path} lacks {error}") from error
    return openvino.Model([_unit(x)], [ids, mask], folder.name)


def build_for_words(config: Mapping[str, Any], weights: Weights, name: str) -> openvino.Model:
    """The way from vectors of words to those of texts, by the mean: for a model whose words are looked up outside.

    Inputs: words (n, tokens, width) and mask (n, tokens), both float32. Output as that of `build`.
    """
    words = op.parameter([-1, -1, weights["embeddings.LayerNorm.weight"].size], np.float32, name="words")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    return openvino.Model([_unit(_mean(mask, _encoder(config, weights, mask, words)))], [words, mask], name)


def _bert(folder: Path, mask: Node, ids: Node) -> Node:
    config = read_json(folder / "config.json")
    if config.get("model_type") != "bert" or config.get("position_embedding_type", "absolute") != "absolute":
        raise UnusableModel(f"{folder}: only BERT with absolute positions is supported")
    weights = read_weights(folder / "model.safetensors")
    words = op.gather(_constant(weights["embeddings.word_embeddings.weight"]), ids, np.array(0))
    return _encoder(config, weights, mask, words)


def _encoder(config: Mapping[str, Any], weights: Weights, mask: Node, words: Node) -> Node:
    eps, heads, activation = config["layer_norm_eps"], config["num_attention_heads"], _activation(config["hidden_act"])
    # What is masked gets no attention: softmax makes an exact zero of it, however far a batch is padded.
    bias = op.unsqueeze(op.multiply(op.subtract(mask, np.float32(1)), np.float32(1e9)), [1, 2])
    x = _norm(_embeddings(words, weights), weights, "embeddings.LayerNorm", eps)
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        heard = _linear(_attention(x, bias, heads, weights, at), weights, at + "attention.output.dense")
        x = _norm(op.add(x, heard), weights, at + "attention.output.LayerNorm", eps)
        inner = activation(_linear(x, weights, at + "intermediate.dense"))
        x = _norm(op.add(x, _linear(inner, weights, at + "output.dense")), weights, at + "output.LayerNorm", eps)
    return x


def _embeddings(words: Node, weights: Weights) -> Node:
    # Every token belongs to the first segment, so the vector of its type is part of each position's.
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = op.gather(op.shape_of(words), np.array([1]), np.array(0))
    return op.add(words, op.slice(positions, np.array([0]), length, np.array([1]), np.array([0])))


def _attention(x: Node, bias: Node, heads: int, weights: Weights, at: str) -> Node:
    query, key, value = (
        op.transpose(
            op.reshape(_linear(x, weights, f"{at}attention.self.{part}"), [0, 0, heads, -1], True), [0, 2, 1, 3]
        )
        for part in ("query", "key", "value")
    )
    mixed = op.scaled_dot_product_attention(query, key, value, bias)
    return op.reshape(op.transpose(mixed, [0, 2, 1, 3]), [0, 0, -1], True)


def _linear(x: Node, weights: Weights, name: str) -> Node:
    product = op.matmul(x, _matrix(weights[f"{name}.weight"]), False, True)
    return op.add(product, _constant(weights[f"{name}.bias"])) if f"{name}.bias" in weights else product


def _norm(x: Node, weights: Weights, name: str, eps: float) -> Node:
    scaled = op.multiply(op.mvn(x, [-1], True, eps, "inside_sqrt"), _constant(weights[f"{name}.weight"]))
    return op.add(scaled, _constant(weights[f"{name}.bias"]))


def _pool(folder: Path, mask: Node, x: Node) -> Node:
    config = read_json(folder / "config.json") if folder.exists() else {"pooling_mode": "mean"}
    chosen = config.get("pooling_mode") or [
        key for key, value in config.items() if key.startswith("pooling_mode_") and value
    ]
    match chosen:
        case "cls" | ["cls"] | ["pooling_mode_cls_token"]:
            return op.gather(x, np.array(0), np.array(1))
        case "mean" | ["mean"] | ["pooling_mode_mean_tokens"]:
            return _mean(mask, x)
    raise UnusableModel(f"{folder}: pooling by {chosen} is not supported")


def _mean(mask: Node, x: Node) -> Node:
    total = op.reduce_sum(op.multiply(x, op.unsqueeze(mask, [2])), [1], False)
    return op.divide(total, op.reduce_sum(mask, [1], True))


def _dense(folder: Path, _mask: Node, x: Node) -> Node:
    activation = _activation(read_json(folder / "config.json")["activation_function"].rpartition(".")[2])
    return activation(_linear(x, read_weights(folder / "model.safetensors"), "linear"))


def _unit(x: Node) -> Node:
    return op.normalize_l2(x, np.array([1]), 1e-12, "max")


def _activation(name: str) -> Callable[[Node], Node]:
    if name not in ACTIVATIONS:
        raise UnusableModel(f"the activation {name} is not supported")
    return ACTIVATIONS[name]


def _matrix(weights: NDArray[Any]) -> Node:
    """What is packed stays so, and is unpacked as it is multiplied: OpenVINO knows these operations for that."""
    if weights.dtype != BLOCK:
        return _constant(weights)
    apart = halves(weights)
    numbers = _of_four_bits(apart[..., ::2] | apart[..., 1::2] << 4, apart.shape)
    signed = op.subtract(numbers, _of_four_bits(np.array([8]), (1,)))
    scaled = op.multiply(signed, np.ascontiguousarray(weights["scale"])[..., None])
    return op.convert(op.reshape(scaled, [len(weights), -1], False), np.float32)


def _of_four_bits(pairs: NDArray[Any], shape: tuple[int, ...]) -> Node:
    tensor = openvino.Tensor(openvino.Type.u4, openvino.Shape(shape))
    tensor.data[:] = pairs.ravel()
    return op.convert(op.constant(tensor), np.float16)


def _constant(array: NDArray[Any]) -> Node:
    return op.constant(array, shared_memory=True)


STEPS: Mapping[str, Callable[[Path, Node, Node], Node]] = {
    "Transformer": _bert,
    "Pooling": _pool,
    "Dense": _dense,
    "Normalize": lambda _folder, _mask, x: _unit(x),
}
