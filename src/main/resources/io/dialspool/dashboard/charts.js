// One small chart: uPlot for the lines, words for those who can't see them.

import {h, say} from './dom.js';
import {compact, time} from './format.js';

const HEIGHT = 132;
const SPAN_S = 15 * 60;
const charts = new Set();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const clock = (seconds) => time(seconds * 1000).slice(-5);

/**
 * lines: [{label, colour: name of a custom property, of: figure of series.js, dash}], the first is
 * told in the title. spec: {title, unit, format, lines, atLeast: the axis goes up to that much}.
 */
export function chart(spec) {
  const value = h('span', {class: 'chart-value'}, '–');
  const unit = h('span', {class: 'chart-unit'}, spec.unit);
  const legend = h('ul', {class: 'legend', hidden: spec.lines.length < 2});
  const items = spec.lines.map((line) => {
    const figure = h('span', {class: 'figure'}, '–');
    const swatch = h('span', {class: 'swatch', 'data-colour': line.colour, 'data-dash': line.dash ? 'yes' : null, 'aria-hidden': 'true'});
    legend.append(h('li', {}, swatch, line.label + ' ', figure));
    return figure;
  });
  const plot = h('div', {class: 'plot', 'aria-hidden': 'true'});
  const empty = h('p', {class: 'plot-empty'}, 'Waiting for the first seconds…');
  const hover = h('span', {class: 'chart-time'});
  const spoken = h('span', {class: 'spoken'});
  const element = h('figure', {class: 'chart'},
    h('figcaption', {}, h('h3', {}, spec.title), h('span', {class: 'chart-now'}, value, unit), spoken),
    h('div', {class: 'plot-frame'}, plot, empty, hover), legend);

  let data = [[], ...spec.lines.map(() => [])];
  let uplot = null;

  function tell(index) {
    items.forEach((item, i) => say(item, figure(data[i + 1][index])));
    say(value, figure(data[1][index]));
  }

  const figure = (number) => (number == null ? '–' : spec.format(number));

  function build() {
    uplot?.destroy();
    uplot = new globalThis.uPlot(options(), data, plot);
  }

  function options() {
    const line = colour('line');
    const axis = {stroke: colour('muted'), font: '11px system-ui, sans-serif', grid: {stroke: line, width: 1}, ticks: {show: false}};
    return {
      width: Math.max(plot.clientWidth, 120),
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: {show: false},
      cursor: {y: false, drag: {x: false, y: false, setScale: false}, sync: {key: 'dialspool'}, points: {size: 6}},
      scales: {
        x: {time: true, range: () => [end() - SPAN_S, end()]},
        y: {range: (u, low, high) => [0, Math.max((high || 0) * 1.15, spec.atLeast || 1)]},
      },
      axes: [
        {...axis, size: 22, gap: 4, space: 76, grid: {show: false}, values: (u, at) => at.map(clock)},
        {...axis, size: 42, gap: 4, space: 34, values: (u, at) => at.map(compact)},
      ],
      series: [{}, ...spec.lines.map((one, i) => ({
        label: one.label,
        stroke: colour(one.colour),
        width: i === 0 ? 1.75 : 1.25,
        dash: one.dash ? [4, 4] : undefined,
        points: {show: false},
        spanGaps: false,
      }))],
      hooks: {
        setCursor: [(u) => {
          const index = u.cursor.idx;
          const inside = index != null && u.cursor.left >= 0;
          tell(inside ? index : data[0].length - 1);
          say(hover, inside ? clock(data[0][index]) : '');
        }],
      },
    };
  }

  const end = () => data[0].length ? data[0][data[0].length - 1] : Date.now() / 1000;

  const resized = new ResizeObserver(() => uplot && plot.clientWidth && uplot.setSize({width: plot.clientWidth, height: HEIGHT}));
  resized.observe(plot);

  const self = {
    element,
    update(series) {
      data = series.columns(...spec.lines.map((one) => one.of));
      const any = data[0].length > 1;
      empty.hidden = any;
      if (!plot.isConnected) {
        return;
      }
      if (!uplot) {
        build();
      } else {
        uplot.setData(data);
      }
      if (uplot.cursor.left == null || uplot.cursor.left < 0) {
        tell(data[0].length - 1);
      }
      const highest = Math.max(0, ...data[1].filter((number) => number != null));
      say(spoken, 'in the last 15 minutes at most ' + spec.format(highest) + ' ' + spec.unit);
    },
    repaint: build,
    close() {
      resized.disconnect();
      uplot?.destroy();
      charts.delete(self);
    },
  };
  charts.add(self);
  return self;
}

/** The theme has changed; canvases don't hear of it by themselves. */
export function repaint() {
  charts.forEach((one) => one.element.isConnected && one.repaint());
}
