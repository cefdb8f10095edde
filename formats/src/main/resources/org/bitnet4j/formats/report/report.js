(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const palette = ['#0f7bbd', '#d98a00', '#0a9474', '#c45f9a', '#cf5420', '#7a62c9', '#7d8a1f', '#4f9fd0', '#a0522d', '#6b6f76'];
  // What one ternary plane makes of Gaussian weights: absmean, and the optimum.
  const oracle = {
    sqnrDb: [[5.79, 'absmean 5.79'], [7.21, 'best 7.21']],
    cosine: [[0.887, 'absmean 0.887'], [0.9, 'best 0.900']],
    zeroShare: [[31.0, 'absmean 31.0']],
  };
  if (!data.ternary) Object.keys(oracle).forEach(metric => { oracle[metric] = []; });
  const digits = { sqnrDb: 2, cosine: 4, zeroShare: 1 };
  const least = { sqnrDb: 0.25, cosine: 0.002, zeroShare: 0.25 }; // so that equal values are not torn apart
  const unit = { sqnrDb: ' dB', cosine: '', zeroShare: ' %' };
  const shown = data.series.map(() => true);
  let plots = [];

  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const element = (tag, text) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  function tooltip(metric) {
    const tip = element('div');
    tip.className = 'tip';
    tip.hidden = true;
    return {
      hooks: {
        init: u => { u.over.append(tip); u.over.addEventListener('mouseleave', () => { tip.hidden = true; }); },
        setCursor: u => {
          const index = u.cursor.idx;
          if (index == null || u.cursor.left < 0 || u.cursor.event == null) { tip.hidden = true; return; }
          const rows = data.series
            .map((series, s) => ({ series, s, value: series[metric][index] }))
            .filter(row => shown[row.s] && row.value != null)
            .sort((a, b) => b.value - a.value);
          tip.replaceChildren();
          if (rows.length === 0) { tip.hidden = true; return; }
          tip.append(element('div', data.byLayer ? 'layer ' + data.positions[index] : rows[0].series.tensors[index]));
          const table = element('table');
          for (const row of rows) {
            const line = element('tr');
            const dot = element('i');
            dot.style.background = palette[row.s % palette.length];
            const first = element('td');
            first.append(dot);
            line.append(first, element('td', data.byLayer ? row.series.name : ''), element('td', row.value.toFixed(digits[metric]) + unit[metric]));
            table.append(line);
          }
          tip.append(table);
          tip.hidden = false;
          const right = u.cursor.left > u.over.clientWidth / 2;
          tip.style.left = right ? '' : u.cursor.left + 14 + 'px';
          tip.style.right = right ? u.over.clientWidth - u.cursor.left + 14 + 'px' : '';
          tip.style.top = '6px';
        },
      },
    };
  }

  function labels(metric) {
    return {
      hooks: {
        draw: u => {
          const ctx = u.ctx;
          ctx.save();
          ctx.font = 12 * devicePixelRatio + 'px system-ui, sans-serif';
          ctx.fillStyle = css('--muted');
          ctx.textAlign = 'left';
          oracle[metric].forEach(([value, text], i) => {
            // Two labels may be closer than a line of text: the upper one moves up, the lower one down.
            const two = oracle[metric].length > 1;
            ctx.textBaseline = !two ? 'middle' : i === 0 ? 'top' : 'bottom';
            const shift = !two ? 0 : i === 0 ? -6 : 6;
            ctx.fillText(text, u.bbox.left + u.bbox.width + 5 * devicePixelRatio, u.valToPos(value, 'y', true) + shift * devicePixelRatio);
          });
          ctx.restore();
        },
      },
    };
  }

  function chart(metric) {
    const host = document.getElementById(metric);
    if (!host) return null;
    if (!data.series.some(series => series[metric].some(value => value != null))) {
      host.closest('figure').hidden = true;
      return null;
    }
    const muted = css('--muted');
    const line = css('--line');
    const axis = { stroke: muted, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 5 }, font: '12px system-ui, sans-serif' };
    const wide = host.closest('.wide') !== null;
    const last = data.positions.length - 1;
    const options = {
      width: host.clientWidth,
      height: wide ? 300 : 230,
      legend: { show: false },
      padding: [14, oracle[metric].length ? 102 : 12, 0, 0],
      cursor: { sync: { key: 'layers' }, points: { size: 8 }, drag: { x: true, y: false } },
      scales: {
        x: { time: false, range: (u, min, max) => [min - 0.6, max + 0.6] },
        y: { range: (u, min, max) => { const room = Math.max((max - min) * 0.12, least[metric]); return [min - room, max + room]; } },
      },
      axes: [
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], space: 36, size: 30 },
        { ...axis, size: 54, values: (u, ticks, index, space, step) => ticks.map(tick => tick.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))).replace('-', '−')) },
      ],
      series: [
        {},
        ...data.series.map((series, s) => ({
          label: series.name,
          show: shown[s],
          stroke: palette[s % palette.length],
          width: data.byLayer ? 2 : 0,
          spanGaps: false,
          points: { show: true, size: data.byLayer ? 5 : 6, fill: palette[s % palette.length], width: 0 },
        })),
        ...oracle[metric].map(([, label]) => ({ label, stroke: muted, width: 1.25, dash: [6, 5], points: { show: false } })),
      ],
      plugins: [tooltip(metric), labels(metric)],
    };
    const constant = value => data.positions.map(() => value);
    return new uPlot(options, [data.positions, ...data.series.map(series => series[metric]), ...oracle[metric].map(([value]) => constant(value))], host);
  }

  function draw() {
    plots.forEach(plot => plot.destroy());
    plots = Object.keys(oracle).map(chart).filter(plot => plot !== null);
  }

  function chips() {
    const host = document.getElementById('kinds');
    if (!host || data.series.length < 2) return;
    data.series.forEach((series, s) => {
      const chip = element('button');
      chip.type = 'button';
      chip.setAttribute('aria-pressed', 'true');
      const mark = element('i');
      mark.style.background = palette[s % palette.length];
      chip.append(mark, series.name);
      chip.addEventListener('click', () => {
        shown[s] = !shown[s];
        chip.setAttribute('aria-pressed', String(shown[s]));
        plots.forEach(plot => plot.setSeries(s + 1, { show: shown[s] }));
      });
      host.append(chip);
    });
  }

  function sortable() {
    const table = document.getElementById('tensors');
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows];
    const text = new Intl.Collator('en', { numeric: true });
    function sort(key, direction) {
      const column = heads.findIndex(head => head.dataset.key === key);
      const value = row => column < 0 ? row.dataset.file : row.cells[column].dataset.v;
      const named = key === 'name' || key === 'how';
      rows.sort((a, b) => {
        const x = value(a);
        const y = value(b);
        if (named) return direction * text.compare(x, y);
        if (x === '' || y === '') return (x === '') - (y === ''); // what has no value comes last
        const p = Number(x);
        const q = Number(y);
        return direction * (p < q ? -1 : p > q ? 1 : 0);
      });
      heads.forEach((head, i) => {
        if (i === column) head.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
        else head.removeAttribute('aria-sort');
      });
      body.append(...rows);
    }
    heads.filter(head => head.dataset.key).forEach(head => head.addEventListener('click', () => {
      sort(head.dataset.key, head.getAttribute('aria-sort') === 'ascending' ? -1 : 1);
    }));
    document.querySelectorAll('[data-sort]').forEach(button => button.addEventListener('click', () => {
      sort(button.dataset.sort, Number(button.dataset.dir));
    }));
    document.getElementById('filter').addEventListener('input', event => {
      const wanted = event.target.value.toLowerCase();
      rows.forEach(row => { row.hidden = !row.cells[0].dataset.v.toLowerCase().includes(wanted); });
    });
  }

  document.getElementById('theme').addEventListener('click', () => {
    const dark = css('color-scheme') === 'dark' || getComputedStyle(document.documentElement).colorScheme === 'dark';
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let width = innerWidth;
  addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  chips();
  sortable();
  draw();
})();
