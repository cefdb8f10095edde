package org.bitnet4j.formats.doctor;

import java.util.Locale;

/// Everything that the doctor can find, with what it means for a user of the model and what is to
/// be done in general. The list in docs/doctor.md is this one; a test holds the two together.
enum FindingCode {
  UNREADABLE_FILE(
      "no engine can load the model, or one that does not check reads past the fault",
      "fetch the file again and compare its size and SHA-256 with the publisher's"),
  MISSING_SHARD(
      "the model does not load, or loads without some of its layers",
      "download the missing files of the same revision"),
  MISSING_CONFIG(
      "nothing says how many heads the model has nor whether its scales multiply or divide",
      "download config.json of the same revision beside the weights"),
  MISSING_TOKENIZER(
      "engines cannot turn text into tokens and refuse the model",
      "download tokenizer.json, or convert again from the directory that has it"),
  MISSING_TENSOR(
      "engines refuse the model, or compute with whatever lies in memory",
      "download or convert the model again: the file is incomplete"),
  MISSING_SCALE(
      "without its scale a ternary weight is off by an unknown factor: gibberish or a refusal",
      "download the checkpoint again, or convert it again from the float weights"),
  MISSING_METADATA(
      "llama.cpp and its family refuse the model: key not found",
      "convert the model again from its Hugging Face directory"),
  UNKNOWN_ARCHITECTURE(
      "engines refuse the model: unknown model architecture",
      "convert the model again with a converter that writes general.architecture"),
  MISSING_PRE_TOKENIZER(
      "engines fall back to a generic split of the text: words, numbers and contractions become"
          + " other tokens than in training, answers get worse or incoherent",
      "set tokenizer.ggml.pre to the model's own"),
  AMBIGUOUS_PRE_TOKENIZER(
      "engines split the text in two ways under this name: in one of them answers get worse",
      "compare with tokenizer.json; falcon_e names Falcon's own way and is refused rather than"
          + " misread"),
  OBSOLETE_CHAT_TEMPLATE(
      "the model is asked in words it was not trained on: fluent nonsense that repeats itself",
      "use the template of the current tokenizer_config.json"),
  MISSING_STOP_TOKEN(
      "the model ends its answer with a token that no engine stops at: endless output",
      "add the end-of-turn token to the stop tokens"),
  AMBIGUOUS_ACTIVATION(
      "an engine that takes SiLU for relu² (or the reverse) runs and prints gibberish: perplexity"
          + " 99.8 instead of 17.1 for the 2B-4T model",
      "name the activation: architecture bitnet-b1.58 means relu², bitnet means SiLU; hidden_act in"
          + " config.json"),
  SCALE_CONVENTION(
      "every projection is off by the square of its scale: gibberish",
      "multiply or divide by weight_scale as linear_class says: autobitlinear multiplies, bitlinear"
          + " divides"),
  I2S_FLAVOUR(
      "type id 36 stands for three layouts; engines built for another one read permuted weights:"
          + " gibberish",
      "repack the tensors to the layout of x86 builds, 128 weights in 32 bytes"),
  I2S_FLAVOUR_UNDECIDED(
      "nothing in the file tells which of the three layouts of type id 36 it has; it is read as"
          + " 128 weights in 32 bytes",
      "if the output is gibberish, force another flavour and compare"),
  INVALID_CODES(
      "the tensor holds codes that stand for no weight: it is damaged or of another type",
      "fetch the file again and compare its SHA-256 with the publisher's"),
  NOT_TERNARY(
      "a ternary engine refuses the tensor or rounds it to noise; the model is not what it says",
      "quantize the float checkpoint: bitnet quantize IN -o OUT"),
  SIGN_QUANTIZED(
      "weights were reduced to their signs: the converter was given weights that were not ternary;"
          + " gibberish",
      "quantize the float checkpoint by its mean magnitude: bitnet quantize IN -o OUT"),
  ABSMAX_QUANTIZED(
      "almost every weight was rounded to zero: the converter scaled by the largest weight instead"
          + " of the mean; answers are useless",
      "quantize the float checkpoint by its mean magnitude: bitnet quantize IN -o OUT"),
  ROWS_STRADDLE_BLOCKS(
      "rows of the matrix begin inside a block: kernels that work row by row read the wrong"
          + " weights; gibberish",
      "convert to a format whose block divides the rows"),
  HADAMARD_NOT_APPLIED(
      "weights are stored rotated; an engine that does not rotate the activations prints noise",
      "use an engine that implements prism.hadamard; refuse the file in any other"),
  EMBEDDING_POOLING(
      "engines average all tokens (MEAN) where the model was trained to use the last one:"
          + " similarities are meaningless",
      "set the pooling to LAST"),
  NOT_FINITE(
      "one NaN or infinity spreads over every token: empty output, or the same token for ever",
      "fetch the file again; if it is the publisher's, nothing can repair it"),
  WRONG_SHAPE(
      "engines refuse the model: tensor has wrong shape",
      "download or convert the model again: the tensor belongs to another model"),
  SHARED_TYPE_ID(
      "type id 42 stands for Q2_0 in blocks of 64 and, in older files of PrismML, of 128: an engine"
          + " for the other one refuses the file or reads noise",
      "give blocks of 128 their own type id 142, PQ2_0"),
  REDUNDANT_OUTPUT(
      "memory is wasted on an output head that equals the embedding or that no engine uses",
      "leave the tensor out"),
  DUPLICATE_TENSOR(
      "two tensors hold the same weights: one of them was written over the other",
      "compare with the publisher's checkpoint"),
  UNKNOWN_TENSOR(
      "no engine of this architecture reads the tensor; strict ones refuse the file",
      "check that the file is what it should be; leave the tensor out if it is not needed"),
  CONFIG_CONTRADICTION(
      "engines believe the configuration: they refuse the model or lay out memory wrongly",
      "correct the entry, or download the configuration of the same revision"),
  VOCABULARY_MISMATCH(
      "tokens beyond the embedding read foreign memory or are refused",
      "use the tokenizer that belongs to the model"),
  ZERO_SCALE(
      "the tensor counts as nothing or with the wrong sign: gibberish",
      "download or convert the model again"),
  DEAD_ROWS(
      "outputs that are always zero: a sign of lost shards, of pruning or of a bad quantization",
      "compare with the float checkpoint: bitnet verify IN --against FLOAT"),
  TERNARY_EMBEDDING(
      "the token embedding was made ternary, which it was not trained for: gibberish",
      "convert again and keep token_embd in F16 or Q6_K"),
  UNEXAMINED_TENSOR(
      "nothing is known about the content of the tensor",
      "examine the checkpoint that it was made from");

  private final String consequence;
  private final String remedy;

  FindingCode(String consequence, String remedy) {
    this.consequence = consequence;
    this.remedy = remedy;
  }

  /// The stable word of the code: `missing-shard`.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// What a user of the model sees.
  String consequence() {
    return consequence;
  }

  /// What to do, where a rule has nothing more exact to say.
  String remedy() {
    return remedy;
  }

  /// A finding of this code with the general remedy.
  Finding finding(Severity severity, String where, String evidence) {
    return finding(severity, where, evidence, remedy);
  }

  /// A finding of this code.
  Finding finding(Severity severity, String where, String evidence, String exactRemedy) {
    return new Finding(severity, word(), where, evidence, consequence, exactRemedy);
  }
}
