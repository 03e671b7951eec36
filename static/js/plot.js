// What Chart draws with uPlot, in the colours of its legend.
import { bucketName } from './lib/time.js';
import uPlot from '../vendor/uplot.js';

// Its styles come with it: the first picture needs none of them.
await new Promise((resolve) => {
  const styles = { rel: 'stylesheet', href: 'vendor/uplot.css', onload: resolve, onerror: resolve };
  document.head.append(Object.assign(document.createElement('link'), styles));
});

const GAP = 8; // px between an axis and its labels
const X_LABEL = 64; // px that a time takes
const HEADROOM = 1.05;
// Steps of an axis: there is no half event.
const WHOLE = [...Array(16).keys()].flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power));

// `onCursor` hears of the bucket that is pointed at, or null. Returns how to end it.
export function plotOf(figure, { rows, times, bucket, lines, short, onCursor }) {
  const place = figure.querySelector('.plot');
  const colours = [...figure.querySelectorAll('.swatch')].map((one) => getComputedStyle(one).backgroundColor);
  // Bars are drawn from the tallest on, each with what stands below it: the last is in front.
  const drawn = lines ? rows : stacked(rows).toReversed();
  const looks = lines ? colours.map(line) : colours.toReversed().map(bar);
  const edge = bucket / 2; // bars whole
  const options = {
    ...sizeOf(place),
    ...frameOf(place, bucket, edge, short),
    cursor: { y: false, drag: { x: false }, points: { show: lines } },
    hooks: {
      setCursor: [({ cursor }) => onCursor(cursor.left < 0 ? null : cursor.idx)],
      drawClear: [(plot) => markRunning(plot, times.at(-1) - edge, getComputedStyle(place).borderTopColor)],
    },
    series: [{}, ...looks],
  };
  const chart = new uPlot(options, [times, ...drawn], place);
  // A finger has no hover.
  const point = (event) => chart.setCursor({ left: event.offsetX, top: event.offsetY });
  for (const kind of ['pointerdown', 'pointermove']) chart.over.addEventListener(kind, point);
  const observer = new ResizeObserver(() => chart.setSize(sizeOf(place)));
  observer.observe(place);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

const sizeOf = ({ clientWidth: width, clientHeight: height }) => ({ width, height });

const stacked = (rows) =>
  rows.reduce((all, values) => [...all, values.map((one, at) => one + (all.at(-1)?.[at] ?? 0))], []);

function line(stroke) {
  const filter = (plot, index) => alone(plot.data[index]);
  return { stroke, width: 2, points: { show: true, size: 6, fill: stroke, filter } };
}

// Where a value stands without neighbours, and no line would show it.
const alone = (values) =>
  [...values.keys()].filter((at) => values[at] !== null && values[at - 1] == null && values[at + 1] == null);

function bar(fill) {
  return { fill, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 40], radius: [0.1, 0] }) };
}

// Axes and scales in the colours of the place: a canvas knows no var().
function frameOf(place, bucket, edge, short) {
  const { color, borderTopColor: border, font } = getComputedStyle(place);
  const axis = { stroke: color, font, gap: GAP, grid: { stroke: border, width: 1 }, ticks: { show: false } };
  const names = (_, ticks) => ticks.map((one) => bucketName(one, bucket));
  return {
    padding: [8, 16, 0, 0],
    legend: { show: false },
    axes: [
      { ...axis, size: 28, space: X_LABEL, grid: { show: false }, values: names },
      { ...axis, size: widest, incrs: WHOLE, values: (_, ticks) => ticks.map(short) },
    ],
    scales: {
      x: { range: (_, first, last) => [first - edge, last + edge] },
      y: { range: (_, low, high) => [Math.min(0, low) * HEADROOM, Math.max(1, high) * HEADROOM] },
    },
  };
}

// As wide as its widest label; uPlot asks until it stays.
function widest({ axes, ctx }, labels, index, round) {
  const axis = axes[index];
  if (round > 1) return axis._size;
  [ctx.font] = axis.font;
  const widths = (labels ?? []).map((one) => ctx.measureText(one).width / devicePixelRatio);
  return Math.ceil(GAP + 4 + Math.max(0, ...widths));
}

function markRunning(plot, since, colour) {
  const { ctx, bbox } = plot;
  const from = Math.max(bbox.left, plot.valToPos(since, 'x', true));
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.5;
  ctx.fillRect(from, bbox.top, bbox.left + bbox.width - from, bbox.height);
  ctx.globalAlpha = 1;
}
