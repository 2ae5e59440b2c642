"""A DeepSeek in small: its architecture (latent attention, routed experts) and its tokenizer, random weights from a seed.

In: the folder of a tokenizer (tokenizer.json, tokenizer_config.json), a path. Out: a GGUF file of some 20 MB there.
What it says is noise; the time it takes to say it is real, and so are its tokens.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy

LAYERS, DENSE_LAYERS, WIDTH, DENSE_WIDTH, HEADS = 3, 1, 64, 192, 4
QUERY_RANK, CACHE_RANK, PLAIN_WIDTH, ROPE_WIDTH, VALUE_WIDTH = 32, 32, 16, 16, 16
EXPERTS, EXPERTS_USED, SHARED_EXPERTS, EXPERT_WIDTH = 8, 2, 1, 32
VOCABULARY, CONTEXT = 129280, 32768


def write_vocabulary(writer: gguf.GGUFWriter, folder: Path) -> None:
    """Every token at its own number; numbers that the tokenizer leaves free are padding."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tokens = [f"[PAD{number}]" for number in range(VOCABULARY)]
    kinds = [gguf.TokenType.UNUSED] * VOCABULARY
    for token, number in tokenizer["model"]["vocab"].items():
        tokens[number], kinds[number] = token, gguf.TokenType.NORMAL
    for added in tokenizer["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("deepseek-v3")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(
        [merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["model"]["merges"]]
    )
    writer.add_bos_token_id(tokens.index(config["bos_token"]["content"]))
    writer.add_eos_token_id(tokens.index(config["eos_token"]["content"]))
    writer.add_add_bos_token(True)
    writer.add_chat_template(config["chat_template"])


def write_shape(writer: gguf.GGUFWriter) -> None:
    """The hyperparameters; with latent attention the cache holds one head of CACHE_RANK + ROPE_WIDTH."""
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(DENSE_WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(ROPE_WIDTH)
    writer.add_vocab_size(VOCABULARY)
    writer.add_leading_dense_block_count(DENSE_LAYERS)
    writer.add_q_lora_rank(QUERY_RANK)
    writer.add_kv_lora_rank(CACHE_RANK)
    writer.add_key_length(CACHE_RANK + ROPE_WIDTH)
    writer.add_value_length(CACHE_RANK)
    writer.add_key_length_mla(PLAIN_WIDTH + ROPE_WIDTH)
    writer.add_value_length_mla(VALUE_WIDTH)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(EXPERTS_USED)
    writer.add_expert_shared_count(SHARED_EXPERTS)
    writer.add_expert_feed_forward_length(EXPERT_WIDTH)
    writer.add_expert_weights_scale(2.5)
    writer.add_expert_weights_norm(True)
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)


def write_weights(writer: gguf.GGUFWriter, seed: int) -> None:
    """Matrices in half precision, norms and the router in full, as the converter of llama.cpp leaves them."""
    generator = numpy.random.default_rng(seed)

    def matrix(name: str, *shape: int, kind: type = numpy.float16) -> None:
        values = generator.standard_normal(shape, dtype=numpy.float32) / numpy.sqrt(shape[-1])
        writer.add_tensor(name, values.astype(kind))

    def ones(name: str, width: int) -> None:
        writer.add_tensor(name, numpy.ones(width, dtype=numpy.float32))

    matrix("token_embd.weight", VOCABULARY, WIDTH)
    ones("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        ones(f"{block}.attn_norm.weight", WIDTH)
        matrix(f"{block}.attn_q_a.weight", QUERY_RANK, WIDTH)
        ones(f"{block}.attn_q_a_norm.weight", QUERY_RANK)
        matrix(f"{block}.attn_q_b.weight", HEADS * (PLAIN_WIDTH + ROPE_WIDTH), QUERY_RANK)
        matrix(f"{block}.attn_kv_a_mqa.weight", CACHE_RANK + ROPE_WIDTH, WIDTH)
        ones(f"{block}.attn_kv_a_norm.weight", CACHE_RANK)
        matrix(f"{block}.attn_k_b.weight", HEADS, CACHE_RANK, PLAIN_WIDTH)
        matrix(f"{block}.attn_v_b.weight", HEADS, VALUE_WIDTH, CACHE_RANK)
        matrix(f"{block}.attn_output.weight", WIDTH, HEADS * VALUE_WIDTH)
        ones(f"{block}.ffn_norm.weight", WIDTH)
        if layer < DENSE_LAYERS:
            matrix(f"{block}.ffn_gate.weight", DENSE_WIDTH, WIDTH)
            matrix(f"{block}.ffn_up.weight", DENSE_WIDTH, WIDTH)
            matrix(f"{block}.ffn_down.weight", WIDTH, DENSE_WIDTH)
            continue
        matrix(f"{block}.ffn_gate_inp.weight", EXPERTS, WIDTH, kind=numpy.float32)
        writer.add_tensor(f"{block}.exp_probs_b.bias", numpy.zeros(EXPERTS, dtype=numpy.float32))
        matrix(f"{block}.ffn_gate_exps.weight", EXPERTS, EXPERT_WIDTH, WIDTH)
        matrix(f"{block}.ffn_up_exps.weight", EXPERTS, EXPERT_WIDTH, WIDTH)
        matrix(f"{block}.ffn_down_exps.weight", EXPERTS, WIDTH, EXPERT_WIDTH)
        matrix(f"{block}.ffn_gate_shexp.weight", SHARED_EXPERTS * EXPERT_WIDTH, WIDTH)
        matrix(f"{block}.ffn_up_shexp.weight", SHARED_EXPERTS * EXPERT_WIDTH, WIDTH)
        matrix(f"{block}.ffn_down_shexp.weight", WIDTH, SHARED_EXPERTS * EXPERT_WIDTH)


def main(tokenizer: str, target: str) -> None:
    path = Path(target)
    unfinished = path.with_suffix(".unfinished")
    writer = gguf.GGUFWriter(unfinished, "deepseek2")
    writer.add_name("small deepseek of random weights")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    write_shape(writer)
    write_vocabulary(writer, Path(tokenizer))
    write_weights(writer, seed=20261129)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.rename(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
