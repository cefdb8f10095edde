"""Makes the small random models of this directory and records what transformers gives for them.

Each model is a stock class of transformers in float32 (eager attention), whose projections are
replaced by b1.58 layers where the family has them: an RMSNorm of its own (embedding models), absmax
int8 per token, absmean ternary weights, a bias where there is one. Run with
    python make.py
in an environment with torch, transformers and safetensors; hidden states of all positions go to
hidden.f32, little-endian, [tokens, hidden]; logits of models with a head to logits.f32.
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
TOKENS = [3, 17, 8, 30, 1, 25, 9, 9, 14, 2, 38, 21, 6, 33, 12, 5, 27, 19, 0, 39]


class BitLinear(torch.nn.Module):
    def __init__(self, linear, norm=None, before=None, quantize=True):
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.norm, self.before, self.quantize = norm, before, quantize

    def forward(self, x):
        for norm in (self.before, self.norm):
            x = norm(x) if norm is not None else x
        if not self.quantize:
            return torch.nn.functional.linear(x, self.weight, self.bias)
        gamma = self.weight.abs().mean().clamp(min=1e-5)
        trits = (self.weight * (1 / gamma)).round().clamp(-1, 1)
        s = 127 / x.abs().amax(-1, keepdim=True).clamp(min=1e-5)
        q = (x * s).round().clamp(-128, 127)
        y = (q @ trits.T) * (gamma / s)
        return y if self.bias is None else y + self.bias


class RmsNorm(torch.nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
               "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]


def ternary(weight, shards):
    """Trits times one scale for each shard of rows, as TriLM is published."""
    parts = []
    for part in weight.chunk(shards, 0):
        gamma = part.abs().mean()
        parts.append((part / gamma).round().clamp(-1, 1) * gamma)
    return torch.cat(parts)


def make(name, model, config, kind, head, names):
    torch.manual_seed(sum(map(ord, name)))
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "norm" in key:
                base = 0.0 if "gemma" in name else 1.0
                value.copy_(base + 0.2 * torch.randn_like(value))
            else:
                value.copy_(torch.randn_like(value) * (1.0 if "embed" in key else 0.2))
    body = model.model if head else model
    eps = config.rms_norm_eps
    for layer in body.layers:
        for projection in PROJECTIONS:
            owner = layer.get_submodule(projection.split(".")[0])
            part = projection.split(".")[1]
            linear = getattr(owner, part)
            norm = before = None
            if kind == "embedding":
                norm = RmsNorm(linear.in_features, eps)
                norm.weight.data += 0.2 * torch.randn_like(norm.weight)
            if kind == "reproduction" and part in ("o_proj", "down_proj"):
                before = RmsNorm(linear.in_features, eps)
                before.weight.data += 0.2 * torch.randn_like(before.weight)
                owner.add_module("inner_attn_ln" if part == "o_proj" else "ffn_layernorm", before)
            if kind == "implicit":
                linear.weight.data = ternary(linear.weight.data, 2)
            setattr(owner, part, BitLinear(linear, norm, before, kind != "implicit"))
    model.eval()
    directory = HERE / name
    directory.mkdir(exist_ok=True)
    with torch.no_grad():
        ids = torch.tensor([TOKENS])
        hidden = body(input_ids=ids).last_hidden_state[0]
        hidden.contiguous().numpy().astype("<f4").tofile(directory / "hidden.f32")
        if head:
            logits = model(input_ids=ids).logits[0]
            logits.contiguous().numpy().astype("<f4").tofile(directory / "logits.f32")
    tensors = {}
    for key, value in model.state_dict().items():
        if ".before." in key or (config.tie_word_embeddings and key == "lm_head.weight"):
            continue
        tensors[key] = value.contiguous().clone()
    save_file(tensors, directory / "model.safetensors")
    written = config.to_dict()
    written["architectures"] = [names]
    written = {k: v for k, v in written.items() if v is not None}
    (directory / "config.json").write_text(json.dumps(written, indent=1))
    print(name, len(tensors), hidden.abs().mean().item())


def main():
    torch.set_num_threads(1)
    common = dict(hidden_size=32, intermediate_size=48, num_attention_heads=4,
                  num_key_value_heads=2, vocab_size=40, max_position_embeddings=64,
                  attn_implementation="eager")
    config = transformers.Qwen3Config(
        **common, head_dim=16, num_hidden_layers=2, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_theta=1e6)
    make("qwen3-embedding", transformers.Qwen3Model(config), config, "embedding", False,
         "Qwen3Model")
    config = transformers.Gemma3TextConfig(
        **common, head_dim=16, num_hidden_layers=7, rms_norm_eps=1e-6, tie_word_embeddings=True,
        sliding_window=6, query_pre_attn_scalar=20, rope_theta=1e6, rope_local_base_freq=1e4)
    make("gemma3-embedding", transformers.Gemma3TextModel(config), config, "embedding", False,
         "Gemma3TextModel")
    config = transformers.LlamaConfig(
        **common, num_hidden_layers=2, rms_norm_eps=1e-5, tie_word_embeddings=False,
        attention_bias=True, rope_theta=5e5,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0,
                          high_freq_factor=4.0, original_max_position_embeddings=16))
    make("llama-ternary", transformers.LlamaForCausalLM(config), config, "implicit", True,
         "LlamaForCausalLM")
    config = transformers.LlamaConfig(
        **common, num_hidden_layers=2, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_theta=1e4)
    make("bitnet-reproduction", transformers.LlamaForCausalLM(config), config, "reproduction", True,
         "BitnetForCausalLM")
    config = transformers.Qwen3Config(
        **common, head_dim=16, num_hidden_layers=2, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_theta=1e4,
        rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16))
    make("qwen3-ternary-yarn", transformers.Qwen3ForCausalLM(config), config, "implicit", True,
         "Qwen3ForCausalLM")


main()
