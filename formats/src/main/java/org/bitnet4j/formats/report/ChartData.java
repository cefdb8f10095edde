package org.bitnet4j.formats.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The numbers behind the charts: a series per tensor kind over layers, or, where names do not fall
/// into few kinds by layer, one series over tensors.
///
/// @param ternary whether any tensor is ternary, so that what ternary can reach is worth a line
/// @param byLayer whether positions are layers; tensors otherwise
/// @param positions numbers on the horizontal axis, ascending
/// @param series values at these positions
record ChartData(boolean ternary, boolean byLayer, List<Integer> positions, List<Series> series) {
  private static final int MAX_KINDS = 10;

  /// One line of each chart; null where there is no tensor or no finite value.
  record Series(
      String name,
      List<@Nullable String> tensors,
      List<@Nullable Double> sqnrDb,
      List<@Nullable Double> cosine,
      List<@Nullable Double> zeroShare) {}

  static ChartData of(List<TensorReport> tensors) {
    List<TensorReport> measured =
        tensors.stream().filter(tensor -> tensor.error() != null).toList();
    TreeSet<Integer> layers = new TreeSet<>();
    Map<String, Map<Integer, TensorReport>> kinds = new LinkedHashMap<>();
    for (TensorReport tensor : measured) {
      LayerName place = LayerName.of(tensor.name());
      if (place == null) {
        continue;
      }
      layers.add(place.layer());
      if (kinds
              .computeIfAbsent(place.kind(), kind -> new LinkedHashMap<>())
              .put(place.layer(), tensor)
          != null) {
        return byTensor(measured);
      }
    }
    if (layers.size() < 2 || kinds.size() > MAX_KINDS) {
      return byTensor(measured);
    }
    List<Integer> positions = List.copyOf(layers);
    List<Series> series = new ArrayList<>();
    kinds.forEach(
        (kind, byLayer) -> series.add(series(kind, positions.stream().map(byLayer::get).toList())));
    return new ChartData(isTernary(measured), true, positions, series);
  }

  private static ChartData byTensor(List<TensorReport> tensors) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 1; i <= tensors.size(); i++) {
      positions.add(i);
    }
    return new ChartData(isTernary(tensors), false, positions, List.of(series("tensor", tensors)));
  }

  private static boolean isTernary(List<TensorReport> tensors) {
    return tensors.stream().anyMatch(tensor -> tensor.trits() != null);
  }

  private static Series series(String name, List<@Nullable TensorReport> tensors) {
    return new Series(
        Printable.line(name),
        values(tensors, tensor -> Printable.line(LayerName.shortName(tensor.name()))),
        values(tensors, tensor -> error(tensor, ErrorMetrics::sqnrDb)),
        values(tensors, tensor -> error(tensor, ErrorMetrics::cosine)),
        values(
            tensors, tensor -> tensor.trits() == null ? null : 100 * tensor.trits().zeroShare()));
  }

  private static @Nullable Double error(TensorReport tensor, Function<ErrorMetrics, Double> value) {
    if (tensor.error() == null) {
      return null;
    }
    double number = value.apply(tensor.error());
    return Double.isFinite(number) ? number : null;
  }

  private static <T> List<@Nullable T> values(
      List<@Nullable TensorReport> tensors, Function<TensorReport, @Nullable T> value) {
    List<@Nullable T> values = new ArrayList<>(tensors.size());
    for (TensorReport tensor : tensors) {
      values.add(tensor == null ? null : value.apply(tensor));
    }
    return values;
  }

  /// The data as JSON for a script element. Built node by node: binding would need reflection into
  /// this package, which modules forbid.
  String toJson() {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    root.put("ternary", ternary).put("byLayer", byLayer);
    ArrayNode places = root.putArray("positions");
    positions.forEach(places::add);
    ArrayNode lines = root.putArray("series");
    for (Series line : series) {
      ObjectNode node = lines.addObject().put("name", line.name());
      ArrayNode names = node.putArray("tensors");
      line.tensors().forEach(names::add);
      line.sqnrDb().forEach(node.putArray("sqnrDb")::add);
      line.cosine().forEach(node.putArray("cosine")::add);
      line.zeroShare().forEach(node.putArray("zeroShare")::add);
    }
    return Html.json(root.toString());
  }
}
