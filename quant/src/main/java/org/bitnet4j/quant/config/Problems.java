package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;

/// Problems collected while an untrusted text is read; bounded, as a text may hold a million.
final class Problems {
  private static final int MOST = 200;

  private final List<ConfigProblem> list = new ArrayList<>();

  void error(String path, String value, String allowed, String remedy) {
    add(ConfigProblem.error(path, value, allowed, remedy));
  }

  void add(ConfigProblem problem) {
    if (list.size() < MOST) {
      list.add(problem);
    } else if (list.size() == MOST) {
      list.add(
          ConfigProblem.error(
              "", "more than " + MOST + " problems", "valid", "Repair these, the rest follows."));
    }
  }

  /// Whether another problem would not be listed: it need not be described.
  boolean isFull() {
    return list.size() > MOST;
  }

  List<ConfigProblem> list() {
    return List.copyOf(list);
  }
}
