package org.bitnet4j.quant.config;

import java.util.Map;

/// Builder of a [SimdConfig]: starts from the defaults or from a given value, and refuses to set a
/// field twice.
public final class SimdConfigBuilder {
  private final RecordDraft<SimdConfig> draft;

  SimdConfigBuilder(SimdConfig start) {
    draft = new RecordDraft<>(SimdConfig.class, start);
  }

  /// Sets `enabled`: Vector API or the scalar reference for packing and products.
  ///
  /// @param enabled the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder enabled(boolean enabled) {
    draft.set("enabled", enabled);
    return this;
  }

  /// Sets `forceSse2`: cap the vector width at 128 bits on x86.
  ///
  /// @param forceSse2 the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder forceSse2(boolean forceSse2) {
    draft.set("forceSse2", forceSse2);
    return this;
  }

  /// Sets `forceAvx2`: cap the vector width at 256 bits on x86.
  ///
  /// @param forceAvx2 the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder forceAvx2(boolean forceAvx2) {
    draft.set("forceAvx2", forceAvx2);
    return this;
  }

  /// Sets `forceNeon`: cap the vector width at 128 bits on Arm.
  ///
  /// @param forceNeon the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder forceNeon(boolean forceNeon) {
    draft.set("forceNeon", forceNeon);
    return this;
  }

  /// Sets `minSimdSize`: fewer elements than this run scalar.
  ///
  /// @param minSimdSize the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder minSimdSize(int minSimdSize) {
    draft.set("minSimdSize", minSimdSize);
    return this;
  }

  /// Sets `chunkSize`: rows handed to a worker at a time.
  ///
  /// @param chunkSize the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder chunkSize(int chunkSize) {
    draft.set("chunkSize", chunkSize);
    return this;
  }

  /// Sets `enablePrefetch`: touch weights ahead of their use.
  ///
  /// @param enablePrefetch the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder enablePrefetch(boolean enablePrefetch) {
    draft.set("enablePrefetch", enablePrefetch);
    return this;
  }

  /// Sets `prefetchDistance`: how far ahead, in cache lines.
  ///
  /// @param prefetchDistance the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder prefetchDistance(int prefetchDistance) {
    draft.set("prefetchDistance", prefetchDistance);
    return this;
  }

  /// Sets `vectorizedOps`: vectorise element-wise operations too.
  ///
  /// @param vectorizedOps the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder vectorizedOps(boolean vectorizedOps) {
    draft.set("vectorizedOps", vectorizedOps);
    return this;
  }

  /// Sets `customParams`: named tuning values of the kernels.
  ///
  /// @param customParams the value
  /// @throws ConfigValidationException where it was set before
  public SimdConfigBuilder customParams(Map<String, String> customParams) {
    draft.set("customParams", customParams);
    return this;
  }

  /// The configuration as it stands, not validated.
  public SimdConfig build() {
    return draft.build();
  }
}
