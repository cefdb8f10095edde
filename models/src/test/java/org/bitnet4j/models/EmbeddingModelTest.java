package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.weights.LoadOptions;
import org.junit.jupiter.api.Test;

final class EmbeddingModelTest {
  private static final Path PATH =
      Path.of(System.getProperty("bitnet4j.root")).resolve("checkpoints/tiny-bitnet");
  private static final ModelOptions OPTIONS =
      ModelOptions.defaults().withLoad(LoadOptions.defaults().withThreads(1));

  @Test
  void isTheHiddenStateOfTheLastToken() {
    try (EmbeddingModel model = EmbeddingModel.load(PATH, OPTIONS)) {
      assertThat(model.tokens("ab", false)).containsExactly(256, 'a', 'b', 258);
      List<String> texts = List.of("query: cats", "query: dogs", "", "query: cats");
      List<Embedding> embeddings = model.embed(texts);
      assertThat(embeddings).hasSize(4);
      try (Session session = model.transformer().session(SessionOptions.of(64))) {
        float[] hidden = new float[model.dimensions()];
        for (int i = 0; i < texts.size(); i++) {
          int[] tokens = model.tokens(texts.get(i), false);
          session.truncate(0);
          session.append(tokens, 0, tokens.length);
          session.hiddenState(hidden);
          assertThat(embeddings.get(i).values()).isEqualTo(Embedding.normalized(hidden).values());
        }
      }
      assertThat(embeddings.get(0).cosine(embeddings.get(3))).isCloseTo(1, offset(1e-6));
      assertThat(embeddings.get(0).cosine(embeddings.get(1))).isLessThan(0.9999);
    }
  }

  @Test
  void longTextsAreRefusedOrCut() {
    try (EmbeddingModel model =
        EmbeddingModel.load(PATH, OPTIONS.withSession(SessionOptions.of(8)))) {
      assertThatThrownBy(() -> model.embed(List.of("a", "abcdefgh")))
          .isInstanceOf(PromptTooLongException.class);
      assertThat(model.tokens("abcdefgh", true))
          .containsExactly(256, 'a', 'b', 'c', 'd', 'e', 'f', 258);
      assertThat(model.embed(List.of("abcdefgh"), true, () -> false).getFirst().values())
          .isEqualTo(model.embed(List.of("abcdef")).getFirst().values());
      assertThatThrownBy(() -> model.embed(List.of("a"), true, () -> true))
          .isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void smallerFormsKeepTheDirection() {
    Random random = new Random(8);
    for (int dimensions : new int[] {1, 7, 8, 9, 64, 1024}) {
      float[] vector = new float[dimensions];
      for (int i = 0; i < dimensions; i++) {
        vector[i] = (float) (random.nextGaussian() * 10);
      }
      Embedding embedding = Embedding.normalized(vector);
      assertThat(embedding.dimensions()).isEqualTo(dimensions);
      assertThat(embedding.cosine(embedding)).isCloseTo(1, offset(1e-6));

      byte[] codes = embedding.int8();
      float[] decoded = new float[dimensions];
      for (int i = 0; i < dimensions; i++) {
        decoded[i] = codes[i] * embedding.int8Scale();
        assertThat(Math.abs(decoded[i] - embedding.values()[i]))
            .isLessThanOrEqualTo(0.501f * embedding.int8Scale());
      }
      assertThat(embedding.cosine(Embedding.normalized(decoded))).isGreaterThan(0.999);

      byte[] bits = embedding.binary();
      assertThat(bits).hasSize((dimensions + 7) / 8);
      for (int i = 0; i < dimensions; i++) {
        assertThat((bits[i / 8] >> (7 - i % 8)) & 1).isEqualTo(vector[i] > 0 ? 1 : 0);
      }

      int fewer = (dimensions + 1) / 2;
      Embedding cut = embedding.truncated(fewer);
      assertThat(cut.dimensions()).isEqualTo(fewer);
      assertThat(cut.cosine(cut)).isCloseTo(1, offset(1e-6));
      List<Float> ratios = new ArrayList<>();
      for (int i = 0; i < fewer; i++) {
        ratios.add(cut.values()[i] / embedding.values()[i]);
      }
      assertThat(ratios)
          .allSatisfy(ratio ->
              assertThat(ratio).isCloseTo(ratios.getFirst(), offset(ratios.getFirst() * 1e-5f)));
      assertThat(embedding.truncated(dimensions)).isSameAs(embedding);
      assertThatIllegalArgumentException().isThrownBy(() -> embedding.truncated(dimensions + 1));
      assertThatIllegalArgumentException().isThrownBy(() -> embedding.truncated(0));
    }
  }

  @Test
  void vectorsWithoutDirectionAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Embedding.normalized(new float[4]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embedding.normalized(new float[] {1, Float.NaN}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embedding.normalized(new float[] {Float.POSITIVE_INFINITY}));
  }
}
