"""Writes cases.json: templates, variables, and what Jinja2 3.1.6 makes of them, configured as transformers does.

Run with a Python that has jinja2: python3 make.py
"""

import copy
import json
import random
import warnings

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


ENVIRONMENT = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
)
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "  2+2?\n"},
    {"role": "assistant", "content": "<think>easy\n</think>\n\n4"},
    {"role": "user", "content": "Größe 😀 <b>\"it's\"</b>"},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather \"now\" & later",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
VARIABLES = {
    "messages": MESSAGES,
    "tools": None,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "add_generation_prompt": True,
    "n": 7,
    "x": 2.5,
    "text": "abc",
    "empty": "",
    "nothing": None,
    "numbers": [3, 1, 2],
    "map": {"b": 1, "a": [1, 2.5, "é<>&'", None, True], "items": "key"},
}

HAND = [
    "plain", "", "{", "{{ '{{' }}", "a {%- if true %} b {%- endif %} c\n", "  {% if true %}\n  x\n  {% endif %}\ny\n",
    "x  {% if true %}  y{% endif %}\n", "x\n  {%+ if true %}y{% endif %}", "{% if true +%}\ny{% endif %}",
    "{% for i in [1] -%}\n\n  z\n{%- endfor %}", "a\n   {# c #}\nb", "a {#- c -#} b", "{#\n#}\n\nx\n\n", "a\r\nb\rc\n",
    "{% raw %}{{ x }}{% endraw %}\nz", "{%- raw -%}  {% if %} {%- endraw -%}  q", "  {% raw %} a {% endraw %}",
    "{{ 'it\\'s' }}|{{ 'a\\nb' }}|{{ \"q\\\"q\" }}|{{ 'a\\\\b' }}|{{ '\\x41\\u00e9' }}", "{{ 'a' 'b' }}",
    "{{ nothing }}|{{ unknown }}|{{ true }}|{{ False }}|{{ 1.0 }}|{{ 1/2 }}|{{ 7//2 }}|{{ -7//2 }}|{{ -7 % 3 }}|{{ 2**3 }}",
    "{{ [1,'a',none,true,\"it's\",'q\"'] }}|{{ {'a':1, 2: 'b\\n'} }}|{{ (1,) }}|{{ (1,2) }}|{{ [] }}|{{ {} }}|{{ () }}",
    "{{ 1e3 }}|{{ 1e16 }}|{{ 1.5e-7 }}|{{ 123456789.125 }}|{{ 0.1 + 0.2 }}|{{ 1e15 }}|{{ 0.0001 }}|{{ -0.0 }}",
    "{% set x = 'a' %}{% for i in [1,2] %}{% set x = 'b' %}{% endfor %}{{ x }}",
    "{% if true %}{% set y = 1 %}{% endif %}{{ y }}",
    "{% for i in [1,2,3] if i != 2 %}{{ i }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{% for i in [] %}x{% else %}empty{% endfor %}", "{% for i in [1] %}x{% else %}empty{% endfor %}",
    "{% for i in [1,2,3,4] if i is even %}{{ i }}{% else %}none{% endfor %}",
    "{% for i in numbers %}{{ loop.previtem }}-{{ loop.nextitem is defined }}-{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.cycle('a','b') }}{{ loop.depth }};{% endfor %}",
    "{% for i in [1,1,2] %}{{ loop.changed(i) }}{% endfor %}",
    "{% for a, b in [(1,2),[3,4]] %}{{ a }}{{ b }}{% endfor %}", "{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in map %}{{ k }}{% endfor %}", "{% for c in 'a😀' %}[{{ c }}]{% endfor %}", "{% for i in unknown %}x{% endfor %}",
    "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in range(2) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{{ loop.depth0 }} {% endfor %}{% endfor %}",
    "{{ messages[0]['role'] }}{{ messages[0].role }}{{ messages[-1]['content'] }}{{ messages|length }}",
    "{{ messages[0].nope is defined }}{{ messages[0]['nope'] is none }}{{ messages[0].get('role') }}{{ messages[0].get('zz','d') }}{{ messages[9] is defined }}",
    "{% if messages[0]['role'] == 'system' and not tools %}S{% elif unknown %}E{% else %}N{% endif %}",
    "{% if tools %}T{% elif n > 5 %}E{% else %}N{% endif %}", "{% if not (n in [7] and 'b' in text) %}a{% else %}b{% endif %}",
    "{{ 'abc'[0] }}{{ 'abc'[1:] }}{{ 'abc'[:2] }}{{ 'abc'[-1] }}{{ 'abc'[::-1] }}{{ 'a😀c'[1] }}{{ 'abcdef'[1:5:2] }}{{ 'abc'[5:] }}|",
    "{{ numbers[::-1] }}{{ numbers[1:] }}{{ numbers[:-1] }}{{ numbers[-2:] }}{{ numbers[5:1:-1] }}{{ (1,2,3)[:2] }}{{ numbers[-9:9] }}",
    "{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a,b,c'.split(',', 1) }}{{ 'a,b,c'.rsplit(',', 1) }}{{ 'a b c'.split(none, 1) }}{{ ''.split() }}{{ ''.split(',') }}",
    "{{ 'Abc'.upper() }}{{ 'Abc'.lower() }}{{ 'xxabx'.strip('x') }}{{ ' a '.strip() }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ '\\na\\n'.lstrip('\\n') }}|{{ 'abc'.startswith('a') }}{{ 'abc'.endswith(('x','c')) }}",
    "{{ 'aXbXc'.replace('X','--') }}{{ 'aaa'.replace('a','b',2) }}{{ 'abc'.replace('','-') }}{{ 'hello wORLD it\\'s'.title() }}{{ 'hELLO'.capitalize() }}{{ 'abcb'.find('b') }}{{ 'abcb'.rfind('b') }}{{ 'abc'.find('z') }}{{ 'abcb'.count('b') }}",
    "{{ '-'.join(['a','b']) }}{{ '12'.isdigit() }}{{ 'ab'.isalpha() }}{{ 'a1'.isalnum() }}{{ ' '.isspace() }}{{ 'AB'.isupper() }}{{ 'ab'.islower() }}{{ ''.isdigit() }}",
    "{{ 'a\\nb\\r\\nc\\n'.splitlines() }}{{ 'a\\nb'.splitlines(true) }}{{ 'prefix'.removeprefix('pre') }}{{ 'prefix'.removesuffix('fix') }}",
    "{{ '  x '|trim }}|{{ 'xax'|trim('x') }}|{{ 'hELLO w'|capitalize }}|{{ text|upper }}|{{ numbers|first }}{{ numbers|last }}|{{ ''|default('d', true) }}|{{ nothing|default('d') }}|{{ unknown|default('d') }}|{{ 0|d('z', boolean=true) }}|{{ 'aXb'|lower }}|{{ 5|string ~ 'a' }}",
    "{{ 'a' + 'b' + 1|string }}{{ 'a' ~ 1 ~ none ~ [1] }}", "{{ 'a' if false }}|{{ 'a' if n else 'b' }}|{{ 1 if 0 else 2 if 0 else 3 }}",
    "{{ messages|map(attribute='role')|list }}{{ messages|selectattr('role','equalto','user')|list|length }}{{ messages|rejectattr('role','in',['user','system'])|map(attribute='content')|first }}",
    "{{ numbers|map('string')|join('+') }}{{ numbers|select('odd')|list }}{{ numbers|reject('greaterthan', 1)|list }}{{ [0,1,'',none]|select|list }}{{ messages|map(attribute='zz', default='q')|join }}",
    "{{ numbers|sort }}{{ numbers|sort(reverse=true) }}{{ ['b','A','c']|sort }}{{ ['b','A','c']|sort(case_sensitive=true) }}{{ messages|sort(attribute='content')|map(attribute='role')|join(',') }}",
    "{{ numbers|sum }}{{ numbers|min }}{{ numbers|max }}{{ [1,2.5]|sum }}{{ numbers|reverse|list }}{{ 'abc'|reverse }}{{ [1,1,2]|unique|list }}{{ ['a','A']|unique|list }}",
    "{{ '12'|int }}{{ 'x'|int }}{{ 'x'|int(9) }}{{ 3.9|int }}{{ '3.9'|int }}{{ '1.5'|float }}{{ 3|float }}{{ 'x'|float }}{{ -5|abs }}{{ 2.5|round }}{{ 3.14159|round(2) }}{{ 2.1|round(0,'ceil') }}{{ 2.9|round(method='floor') }}{{ 1.5|round }}",
    "{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'a\\n\\nb'|indent(1, blank=true) }}|{{ 'a\\nb'|indent('> ') }}",
    "{{ map|items|list }}{{ map|dictsort|list|length }}{{ {'b':1,'a':2}|dictsort }}{{ {'b':1,'a':2}|dictsort(by='value') }}{{ {'b':1,'a':2}|dictsort(reverse=true) }}{{ 'a b c'|wordcount }}",
    "{{ '<b>&\"\\''|e }}{{ '<b>'|safe }}{{ '%s-%d-%%'|format('a', 3) }}{{ 'a %s' % 'b' }}{{ '%s%s' % (1, 'x') }}",
    "{% set ns = namespace(found=false, n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% set ns.found = true %}{% endfor %}{{ ns.n }}{{ ns.found }}{{ ns.zz is defined }}",
    "{% macro r(d, e=2, f='x') %}{{ d }}-{{ e }}-{{ f }};{% endmacro %}{{ r(1) }}{{ r(1, f=3) }}{{ r(e=5, d=4) }}{{ r() }}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}",
    "{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}in{% endcall %}",
    "{% macro each(l) %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) each([1,2]) %}<{{ i }}>{% endcall %}",
    "{% set y = 1 %}{% macro g() %}{{ y }}{% endmacro %}{% set y = 2 %}{{ g() }}",
    "{% set z %}abc{{ n }}{% endset %}{{ z }}{% set z | upper %}abc{% endset %}{{ z }}", "{% filter upper | trim %} abc {% endfilter %}",
    "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% generation %}x{{ n }}{% endgeneration %}y",
    "{{ map|tojson }}{{ 'x\"\\n\\u0001é😀'|tojson }}{{ [1.0, 1e20, -5]|tojson }}{{ {}|tojson }}{{ []|tojson(indent=2) }}",
    "{{ tools_given|tojson(indent=4) }}{{ tools_given|tojson(indent=2, sort_keys=true) }}{{ tools_given|tojson(separators=(',', ':')) }}{{ 'é'|tojson(ensure_ascii=true) }}{{ {'a': {'b': []}}|tojson(indent=1) }}",
    "{{ 1 == 1.0 }}{{ true == 1 }}{{ 'a' == 'a' }}{{ [1] == [1] }}{{ (1,) == [1] }}{{ {'a':1} == {'a':1.0} }}{{ none == none }}{{ unknown == none }}{{ '1' == 1 }}{{ 1 != 2 }}",
    "{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 'a' < 'b' }}{{ [1,2] < [1,3] }}{{ 5 > 3 }}{{ 3 >= 3 }}{{ 2 <= 1 }}{{ 'Z' < 'a' }}",
    "{{ 1 in [1] }}{{ 'role' in messages[0] }}{{ 'b' in 'abc' }}{{ 'z' not in 'abc' }}{{ 1 in unknown }}{{ not 1 in [2] }}",
    "{{ not false and true }}{{ false or 'x' }}{{ 0 or none }}{{ 1 and 2 }}{{ '' and 1 }}|{{ (1 + 2) * 3 }}{{ -1 }}{{ 10 % 3 }}{{ 2 + 3 * 4 }}{{ 2 ** 3 ** 2 }}{{ -2 ** 2 }}{{ 7.5 // 2 }}{{ -7.5 % 2 }}{{ 'x' * 3 }}{{ 3 * 'y' }}{{ [0] * 2 }}",
    "{{ text is string }}{{ messages is sequence }}{{ messages[0] is mapping }}{{ 1 is number }}{{ true is boolean }}{{ none is none }}{{ unknown is not defined }}{{ 1 is integer }}{{ 1.0 is float }}{{ text is iterable }}{{ n is iterable }}{{ true is number }}{{ true is integer }}",
    "{{ 3 is odd }}{{ 3 is divisibleby 3 }}{{ 3 is divisibleby(2) }}{{ 3 is eq 3 }}{{ 3 is in [3] }}{{ 'a' is sameas 'a' }}{{ 'AB' is upper }}{{ 3 is gt 2 and 2 is lt 3 }}{{ true is true }}{{ 1 is true }}{{ unknown is undefined }}{{ messages is callable }}",
    "{{ range(3)|list }}{{ range(1,10,3)|list }}{{ range(5,0,-2)|list }}{{ [1,2]+[3] }}{{ dict(a=1, b=2) }}{{ (1,2)+(3,) }}",
    "{{ map.keys()|list }}{{ map.values()|list|length }}{{ map.items is callable }}{{ map['items'] }}{{ map.get('zz') }}{{ [1,2,1].count(1) }}{{ [1,2].index(2) }}",
    "{{ 'a😀é'|length }}{{ map|length }}{{ unknown|length }}{{ [[1,2]]|first|first }}{{ []|first is defined }}{{ messages|count }}",
    "{{ messages[1:][0].role }}{{ messages[0:1] | length == 1 }}{{ (messages|last).role }}{{ messages|last|length }}",
    "{{ nothing.x is defined }}{{ messages.role is defined }}{{ text.nope is defined }}",
    # errors
    "{{ unknown.x }}", "{{ unknown() }}", "{{ unknown + 1 }}", "{{ 'a' + 1 }}", "{{ 1 + 'a' }}", "{{ [1] + 'a' }}", "{{ n() }}", "{{ nothing|length }}",
    "{{ unknown|tojson }}", "{{ 1 < 'a' }}", "{{ 1/0 }}", "{{ 1 in 1 }}", "{{ 1 in 'a' }}", "{% for i in 5 %}{% endfor %}", "{% for a, b in [1] %}{% endfor %}", "{% set n.x = 1 %}",
    "{% foo %}", "{{ 1 | foo }}", "{{ 1 is foo }}", "{% if %}{% endif %}", "{% if true %}", "{% endif %}", "{{ 1", "{{ 1 }", "{% for i in [1] %}", "{{ (1 }}", "{{ 'a }}", "{{ 1 2 }}", "{{ }}", "{% set 1 = 2 %}",
    "{{ raise_exception('no') }}", "{{ ''.join([1]) }}", "{{ 'a'.split('') }}", "{{ [].index(1) }}", "{% break %}", "{% include 'x' %}", "{{ [].append(1) }}", "{{ map.update({}) }}", "{{ ''.__class__ }}", "{{ ''.__class__.__mro__ }}",
    "{{ r(1) }}{% macro r() %}{% endmacro %}", "{% macro r() %}{% endmacro %}{{ r(1) }}", "{% macro r() %}{% endmacro %}{{ r(a=1) }}", "{{ range(1000000) }}", "{{ '%d' % 'x' }}", "{{ dict(1) }}", "{{ 'a' | join(',', 'x', 1, 2) }}", "{{ {[1]: 2} }}",
]

# The formats of public models, as documented, in templates of our own that use what theirs use.
CHATS = {
    # BitNet b1.58 2B-4T: "Role: text<|eot_id|>".
    "bitnet-2b4t": r"{% for m in messages %}{% set line = m['role'] | capitalize + ': ' + m['content'] | trim + '<|eot_id|>' %}"
    r"{% if loop.first %}{% set line = bos_token + line %}{% endif %}{{ line }}{% endfor %}"
    r"{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}",
    # Llama 3: headers; a system part with the date and the tools, always.
    "llama3": r"""{%- macro header(role) -%}
    {{- '<|start_header_id|>' ~ role ~ '<|end_header_id|>\n\n' -}}
{%- endmacro -%}
{{- bos_token -}}
{%- set lead = '' -%}
{%- set turns = messages -%}
{%- if messages and messages[0].role == 'system' -%}
    {%- set lead = messages[0]['content'] | trim -%}
    {%- set turns = messages[1:] -%}
{%- endif -%}
{{- header('system') ~ 'Today Date: ' ~ (today if today is defined else '26 Jul 2024') ~ '\n\n' -}}
{%- if tools is not none -%}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) ~ '\n\n' }}
    {%- endfor -%}
{%- endif -%}
{{- lead ~ '<|eot_id|>' -}}
{%- for turn in turns -%}
    {%- if 'tool_calls' in turn -%}
        {%- if turn.tool_calls | length != 1 -%}
            {{- raise_exception('one call at a time') -}}
        {%- endif -%}
        {%- set asked = turn.tool_calls[0].function -%}
        {{- header('assistant') + '{"name": "' + asked.name + '", "parameters": ' -}}
        {{- asked.arguments | tojson -}}
        {{- '}<|eot_id|>' -}}
    {%- elif turn.role in ('tool', 'ipython') -%}
        {{- header('ipython') -}}
        {{- turn.content | tojson if turn.content is mapping or turn.content is not string else turn.content -}}
        {{- '<|eot_id|>' -}}
    {%- else -%}
        {{- header(turn['role']) + turn['content'] | trim + '<|eot_id|>' -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- header('assistant') -}}
{%- endif -%}
""",
    # Falcon 3: a marker line per role, an end of text behind answers.
    "falcon3": r"{% for m in messages %}{% if m.role in ['system', 'user'] %}{{ '<|' + m.role + '|>\n' + m.content + '\n' }}"
    r"{% if tools and m.role == 'system' %}{{ tools | map('tojson') | join('\n') }}{% endif %}"
    r"{% elif m.role == 'assistant' %}{{ '<|assistant|>\n' + m.content + eos_token + ('' if loop.last else '\n') }}{% endif %}"
    r"{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
    # ChatML as Qwen has it: tools in front, the thoughts of earlier answers left out.
    "chatml": r"""{%- if tools %}
    {{- '<|im_start|>system\n' + ((messages[0].content + '\n\n') if messages[0].role == 'system' else '') }}
    {{- '<tools>' }}
    {%- for tool in tools %}
        {{- '\n' + tool | tojson }}
    {%- endfor %}
    {{- '\n</tools><|im_end|>\n' }}
{%- endif %}
{%- set seen = namespace(query=-1) %}
{%- for m in messages[::-1] %}
    {%- if seen.query < 0 and m.role == 'user' and not (m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}
        {%- set seen.query = messages | length - 1 - loop.index0 %}
    {%- endif %}
{%- endfor %}
{%- for m in messages %}
    {%- set said = m.content if m.content is string else '' %}
    {%- if m.role == 'assistant' %}
        {%- set thought = '' %}
        {%- if m.reasoning_content is string %}
            {%- set thought = m.reasoning_content %}
        {%- elif '</think>' in said %}
            {%- set thought = said.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set said = said.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\n' }}
        {%- if loop.index0 > seen.query %}
            {{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' }}
        {%- endif %}
        {{- said + '<|im_end|>\n' }}
    {%- elif not (tools and loop.first and m.role == 'system') %}
        {{- '<|im_start|>' + m.role + '\n' + said + '<|im_end|>' + '\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if thinking is defined and thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}
""",
    # Gemma: the system text in front of the first question, turns must alternate.
    "gemma": r"{{ bos_token }}{% set first = '' %}{% set turns = messages %}{% if messages[0].role == 'system' %}"
    r"{% set first = messages[0].content ~ '\n\n' %}{% set turns = messages[1:] %}{% endif %}{% for m in turns %}"
    r"{% if (m.role == 'user') != (loop.index is odd) %}{{ raise_exception('turns must alternate') }}{% endif %}"
    r"{{ '<start_of_turn>' ~ ('model' if m.role == 'assistant' else m.role) ~ '\n' }}{{ first if loop.first }}"
    r"{% if m.content is string %}{{ m.content | trim }}{% else %}{% for part in m.content if part.type == 'text' %}{{ part.text | trim }}{% endfor %}{% endif %}"
    r"{{ '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}",
}

TOOL_MESSAGES = [
    {"role": "user", "content": "Weather?"},
    {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Köln"}}}]},
    {"role": "tool", "content": {"sky": "grey"}},
]


class Grammar:
    """Random templates of what chat templates use."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def expression(self, depth):
        if depth == 0:
            return self.pick("1", "0", "'a b'", "''", "none", "true", "n", "x", "text", "numbers", "messages", "map", "unknown", "[1, 'b']", "{'k': 2}", "(1, 2)", "'é\\n'", "-3", "2.5")
        one = lambda: self.expression(depth - 1)
        return self.pick(
            lambda: f"({one()} {self.pick('+', '-', '*', '/', '//', '%', '~')} {one()})",
            lambda: f"{one()} {self.pick('==', '!=', '<', '<=', '>', '>=', 'in', 'not in')} {one()}",
            lambda: f"({one()} {self.pick('and', 'or')} {one()})",
            lambda: f"(not {one()})",
            lambda: f"({one()} if {one()} else {one()})",
            lambda: f"({one()})[{self.pick('0', '-1', repr('role'), repr('a'))}]",
            lambda: f"{self.pick('numbers', 'messages', 'text', '(1, 2, 3)', '[4, 5]')}[{self.pick('1:', ':-1', '::-1', '1:9:2', '-2:', '5:0:-1')}]",
            lambda: f"({one()}).{self.pick('upper()', 'strip()', 'split()', 'role', 'a', 'items()|list', 'keys()|list', 'get(1)', 'title()', 'startswith(' + repr('a') + ')', 'nope')}",
            lambda: f"({one()})|{self.pick('length', 'string', 'list', 'first', 'last', 'upper', 'trim', 'capitalize', 'title', 'default(3)', 'default(3, true)', 'int', 'float', 'abs', 'sort', 'reverse|list', 'join(' + repr('-') + ')', 'tojson', 'sum', 'max', 'min', 'unique|list', 'items|list', 'map(' + repr('string') + ')|list', 'select|list', 'round', 'wordcount', 'replace(' + repr('a') + ', ' + repr('zz') + ')', 'indent(2)', 'tojson(indent=2)')}",
            lambda: f"(({one()}) is {self.pick('', 'not ')}{self.pick('string', 'number', 'mapping', 'iterable', 'sequence', 'none', 'defined', 'undefined', 'boolean', 'integer', 'float', 'true', 'odd', 'callable')})",
        )()

    def blank(self):
        return self.pick("", "", " ", "\n", "\n  ", "a", " b\n")

    def tag(self, inside):
        return "{%" + self.pick("", "", "-", "+") + " " + inside + " " + self.pick("", "", "-") + "%}"

    def body(self, depth):
        parts = []
        for _ in range(self.random.randint(1, 3)):
            parts.append(self.blank())
            parts.append(self.statement(depth))
        return "".join(parts) + self.blank()

    def statement(self, depth):
        e = lambda: self.expression(self.random.randint(0, 2))
        if depth == 0:
            return "{{" + self.pick("", "-") + " " + e() + " " + self.pick("", "-") + "}}"
        return self.pick(
            lambda: self.tag("if " + e()) + self.body(depth - 1) + self.tag("elif " + e()) + self.body(depth - 1) + self.tag("else") + self.body(depth - 1) + self.tag("endif"),
            lambda: self.tag(f"for i{depth} in " + self.pick("numbers", "messages", "map", "'xy'", "[]", "range(3)") + self.pick("", "", f" if i{depth} is defined", f" if i{depth}")) + self.body(depth - 1) + "{{ loop.index }}" + self.tag("else") + self.body(depth - 1) + self.tag("endfor"),
            lambda: self.tag("set v = " + e()) + "{{ v }}",
            lambda: self.tag("set v") + self.body(depth - 1) + self.tag("endset") + "{{ v|length }}",
            lambda: self.tag("macro m(p, q=1)") + self.body(depth - 1) + "{{ p }}{{ q }}" + self.tag("endmacro") + "{{ m(" + e() + ") }}",
            lambda: "{#" + self.blank() + "#}" + self.statement(0),
        )()


def result(template, variables):
    case = {"template": template, "variables": variables}
    try:
        case["output"] = ENVIRONMENT.from_string(template).render(**copy.deepcopy(variables))
    except RecursionError:
        raise
    except Exception as e:
        case["error"] = type(e).__name__
    return case


def main():
    cases = []
    for template in HAND:
        cases.append(result(template, VARIABLES | {"tools_given": TOOLS}))
    for name, template in CHATS.items():
        for messages in (MESSAGES, MESSAGES[1:], MESSAGES[1:2], TOOL_MESSAGES, [MESSAGES[1], MESSAGES[1]]):
            for tools in (None, TOOLS):
                for prompt in (True, False):
                    variables = {"messages": messages, "tools": tools, "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": prompt}
                    cases.append(result(template, variables))
    warnings.simplefilter("ignore", SyntaxWarning)
    seed = 0
    while sum("output" in case for case in cases) < 500:
        seed += 1
        case = result(Grammar(seed).body(2), VARIABLES)
        output = case.get("output", "")
        # Views, bound methods and macros print an address or a class; most templates that fail teach nothing.
        if any(part in output for part in (" object at", "<built-in", "<Macro", "<bound", "dict_", "Markup(")):
            continue
        # Names that Jinja's compiler loses track of are its own affair.
        if case.get("error") in ("UnboundLocalError", "SyntaxError", "NameError"):
            continue
        if len(output) < 1000 and (output or seed % 16 == 0):
            cases.append(case)
    with open("cases.json", "w", encoding="utf-8") as file:
        # Variables that many cases share stand once.
        shared = []
        for case in cases:
            if case["variables"] not in shared:
                shared.append(case["variables"])
            case["variables"] = shared.index(case["variables"])
        json.dump({"jinja2": jinja2.__version__, "variables": shared, "cases": cases}, file, ensure_ascii=False, indent=1)
    print(len(cases), sum("output" in case for case in cases))


main()
