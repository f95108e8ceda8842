"""The network as a file that onnxruntime reads: probabilities, in 8 bits."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learning.network import Network

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("statuses", "acts", "meaning", "attention")


class Probabilities(nn.Module):
    """The calibrated network.

    Args:
        network: what was learned.
        scale: of each status.
        offset: of each status.
    """

    def __init__(self, network: Network, scale: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.network = network
        self.scale = nn.Parameter(scale)
        self.offset = nn.Parameter(offset)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Probabilities of statuses and acts, the meaning, and where each label looks."""
        said = self.network(input_ids, attention_mask, token_type_ids)
        statuses = (said.statuses * self.scale + self.offset).softmax(-1)
        return statuses, said.acts.softmax(-1), said.meaning, said.attention


def export(network: Probabilities, tokeniser: Any, target: Path) -> None:
    """Write the network in 8 bits.

    Args:
        network: see `Probabilities`.
        tokeniser: makes the example that the graph is traced with.
        target: the ONNX file.
    """
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    network.eval()
    example = tokeniser(["a b c", "hello there"], ["asked: screening", ""], padding=True, return_tensors="pt")
    sizes = {name: {0: "texts", 1: "pieces"} for name in INPUTS}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, joined = Path(folder) / "plain.onnx", Path(folder) / "joined.onnx"
        torch.onnx.export(
            network,
            tuple(example[name] for name in INPUTS),
            str(plain),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={
                **sizes,
                **{name: {0: "texts"} for name in OUTPUTS},
                "attention": {0: "texts", 2: "pieces"},
            },
            opset_version=17,
            dynamo=False,
        )
        _join_steps(plain, joined, network.network.encoder.config)
        quantize_dynamic(
            joined,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention", "Gather"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},  # behind the runtime's own operators
        )


def _join_steps(source: Path, target: Path, shape: Any) -> None:
    """Join the encoder's small steps into the runtime's own operators."""
    from onnxruntime.transformers import fusion_options, optimizer

    options = fusion_options.FusionOptions("bert")
    options.enable_embed_layer_norm = False  # so that the table of words is kept in 8 bits too
    model = optimizer.optimize_model(
        str(source),
        model_type="bert",
        num_heads=shape.num_attention_heads,
        hidden_size=shape.hidden_size,
        optimization_options=options,
    )
    model.save_model_to_file(str(target))
