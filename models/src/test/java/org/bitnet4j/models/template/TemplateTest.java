package org.bitnet4j.models.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bitnet4j.models.template.TemplateException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class TemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SIGNS = "{}%()[]|.'\"-+*/ 0xn\\";

  /// What Jinja2 made of templates, written by hand and by chance; see make.py beside the cases.
  @Test
  void rendersAsJinja2Does() throws IOException {
    JsonNode all;
    try (InputStream in = TemplateTest.class.getResourceAsStream("cases.json")) {
      all = JSON.readTree(Objects.requireNonNull(in));
    }
    List<Map<?, ?>> variables = new ArrayList<>();
    all.get("variables").forEach(one -> variables.add(JSON.convertValue(one, Map.class)));
    int outputs = 0;
    List<String> differences = new ArrayList<>();
    for (JsonNode one : all.get("cases")) {
      String template = one.get("template").asString();
      Map<String, Object> given = new HashMap<>();
      variables
          .get(one.get("variables").asInt())
          .forEach((name, value) -> given.put((String) name, value));
      String wanted = one.has("output") ? one.get("output").asString() : "an error";
      outputs += one.has("output") ? 1 : 0;
      String got = outcome(template, given, one.has("output"));
      if (!got.equals(wanted)) {
        differences.add(template + "\n wanted " + wanted + "\n got    " + got);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(outputs).isGreaterThan(400);
  }

  /// Templates cut, spliced and garbled: a text or the one typed error, nothing else.
  @Test
  void garbledTemplatesGiveTextOrTheOneError() throws IOException {
    List<String> templates = new ArrayList<>();
    try (InputStream in = TemplateTest.class.getResourceAsStream("cases.json")) {
      JSON.readTree(Objects.requireNonNull(in))
          .get("cases")
          .forEach(one -> templates.add(one.get("template").asString()));
    }
    Random random = new Random(21);
    int rendered = 0;
    for (int i = 0; i < 10_000; i++) {
      String first = templates.get(random.nextInt(templates.size()));
      String second = templates.get(random.nextInt(templates.size()));
      StringBuilder garbled =
          new StringBuilder(first.substring(0, random.nextInt(first.length() + 1)))
              .append(second.substring(random.nextInt(second.length() + 1)));
      for (int k = random.nextInt(3); k > 0 && !garbled.isEmpty(); k--) {
        int at = random.nextInt(garbled.length());
        garbled.setCharAt(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
      }
      try {
        Template.parse(garbled.toString())
            .render(Map.of("messages", List.of(Map.of("role", "user")), "n", 7, "text", "abc"));
        rendered++;
      } catch (TemplateException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    assertThat(rendered).isGreaterThan(300);
  }

  private static String outcome(String template, Map<String, Object> given, boolean detailed) {
    try {
      return Template.parse(template).render(given);
    } catch (TemplateException e) {
      return detailed ? e.toString() : "an error";
    }
  }

  private static TemplateException failure(String template) {
    try {
      String text = Template.parse(template).render(Map.of("text", "x"));
      throw new AssertionError("rendered " + text.length() + " characters");
    } catch (TemplateException e) {
      return e;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      value = {
        "RAISED ¦ 2 ¦ a%n{{ raise_exception('only two') }} ¦ template line 2: only two",
        "SYNTAX ¦ 3 ¦ %n%n{% if x ¦ closed by %}",
        "SYNTAX ¦ 1 ¦ {% import 'os' as os %} ¦ a tag must be if, for",
        "EVALUATION ¦ 1 ¦ {{ text | shout }} ¦ a filter must be one of",
        "EVALUATION ¦ 1 ¦ {{ text is shouted }} ¦ a test must be one of",
        "EVALUATION ¦ 2 ¦ %n{{ user.name }} ¦ \"user\" must be defined",
        "EVALUATION ¦ 1 ¦ {{ shout(text) }} ¦ \"shout\" must be something to call",
        "EVALUATION ¦ 1 ¦ {{ text | trim(none, 1) }} ¦ trim must be given what it knows",
        "EVALUATION ¦ 1 ¦ {{ 9000000000000000 * 9000 }} ¦ fit 64 bits",
      })
  void failuresSayWhatAndWhere(Reason reason, int line, String template, String message) {
    TemplateException failure = failure(template.replace("%n", "\n"));
    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.line()).isEqualTo(line);
    assertThat(failure).hasMessageContaining(message);
  }

  /// Each would take for ever, or all memory, or the stack.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000000 }}",
        "{{ 'x' * 99999999 * 99999999 }}",
        "{{ [0] * 1000000000 }}",
        "{{ range(1000000000)|list }}",
        "{{ range(99999)|map('string')|join('y' * 100000) }}",
        "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}",
        "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ [ns.s] %}{% endfor %}",
        "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[0]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
        "{% set ns = namespace(s=[0]) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[0]) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s == ns.s + [] }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% set a %}{{ 'x' * 1000000 }}{% endset %}{% for i in range(9999) %}{{ a in a }}{% endfor %}",
        "{% for i in range(99999) %}{{ ('a' * 300000).find('aaaaaaab') }}{% endfor %}",
        "{% for i in range(99999) %}{{ ('a ' * 300000).split()|length }}{% endfor %}",
        "{{ ('a\n' * 300000)|indent(256) }}",
        "{{ 'x'|indent('y' * 9999999)|indent('y' * 9999999)|indent('y' * 9999999)|indent('y' * 9999999) }}",
        "{% for i in range(99999) %}{{ {'a': [1] * 9999}|tojson(indent=16) }}{% endfor %}",
        "{% for i in range(99999) %}{{ (range(9999)|list|sort(reverse=true))[0] }}{% endfor %}",
        "{% for i in range(99999) %}{{ ('b' * 99999)[::-1] }}{% endfor %}",
        "{{ 2 ** 99999999999 if false else (range(99999)|list) * 99999 }}",
      })
  void hostileTemplatesEndAtTheirBounds(String template) {
    assertThat(failure(template).reason()).isEqualTo(Reason.LIMIT);
  }

  @Test
  void nestingOfSourcesIsBounded() {
    for (String open : List.of("(", "[", "{1:", "-", "not ", "a.b(", "{'a':[")) {
      assertThat(failure("{{ " + open.repeat(20_000)).reason()).isEqualTo(Reason.SYNTAX);
    }
    assertThat(failure("{% if 1 %}".repeat(20_000)).reason()).isEqualTo(Reason.SYNTAX);
    assertThat(failure("x".repeat(Template.MAX_LENGTH + 1)).reason()).isEqualTo(Reason.LIMIT);
    // What is flat in a source may be long.
    assertThat(failure("{{ " + "1 + ".repeat(20_000) + "1 }}").reason()).isEqualTo(Reason.LIMIT);
    assertThat(failure("{{ text" + "|trim".repeat(20_000) + " }}").reason())
        .isEqualTo(Reason.LIMIT);
  }

  /// No expression reaches an object of Java, its class, or anything outside.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.getClass() }}",
        "{{ ''.class.forName('java.lang.Runtime') }}",
        "{{ text.bytes() }}",
        "{{ [].getClass().getClassLoader() }}",
        "{{ loop.getClass() }}{% for i in [1] %}{{ loop.getClass() }}{% endfor %}",
        "{{ namespace().__init__.__globals__ }}",
        "{{ range.__globals__.x }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ self.__dict__ }}",
        "{{ ____int3rpr3t3r____.config }}",
        "{{ ''|attr('class')|attr('name') }}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{{ import('os') }}",
      })
  void nothingOfJavaIsInReach(String template) {
    assertThat(failure(template).reason()).isIn(Reason.EVALUATION, Reason.SYNTAX);
  }

  @Test
  void inputIsPlain() {
    Template template = Template.parse("{{ x }}");
    assertThat(template.render(Map.of("x", Arrays.asList(1, null, 2.5f, Map.of("a", true)))))
        .isEqualTo("[1, None, 2.5, {'a': True}]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.render(Map.of("x", new StringBuilder())))
        .withMessageContaining("plain values");
    Object deep = 1;
    for (int i = 0; i < 200; i++) {
      deep = List.of(deep);
    }
    Object nested = deep;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> template.render(Map.of("x", nested)))
        .withMessageContaining("deep");
  }

  @Test
  void longInputIsNotRefused() {
    String text = "word ".repeat(200_000);
    String rendered =
        Template.parse("{% for m in messages %}{{ m.content | trim }}{% endfor %}")
            .render(Map.of("messages", List.of(Map.of("content", text))));
    assertThat(rendered).isEqualTo(text.trim());
  }

  @Test
  void functionsOfTheCallerAreKnown() {
    assertThat(Template.parse("{{ twice('ab') }}").render(Map.of(), Map.of("twice", s -> s + s)))
        .isEqualTo("abab");
    assertThatThrownBy(
            () -> Template.parse("{{ twice(1) }}").render(Map.of(), Map.of("twice", s -> s + s)))
        .isInstanceOf(TemplateException.class);
  }
}
