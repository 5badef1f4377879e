// The last quarter of an hour as the charts want it: sums become rates over spans of five seconds.

const SPAN_MS = 15 * 60 * 1000;
const GAP_MS = 30000;

export class Series {
  constructor(bucketMs = 5000) {
    this.bucketMs = bucketMs;
    this.samples = [];
  }

  /** What the server kept. Older samples of our own stay: it may have been started anew. */
  replace(history) {
    const first = history.at.length ? history.at[0] : Infinity;
    const older = this.samples.filter((sample) => sample.at < first);
    const names = Object.keys(history);
    this.samples = older.concat(
      history.at.map((_, i) => Object.fromEntries(names.map((name) => [name, history[name][i]]))));
    this.trim();
  }

  add(sample) {
    const last = this.samples[this.samples.length - 1];
    if (!last || sample.at > last.at) {
      this.samples.push(sample);
      this.trim();
    }
  }

  trim() {
    const from = (this.samples.length ? this.samples[this.samples.length - 1].at : 0) - SPAN_MS - this.bucketMs;
    while (this.samples.length && this.samples[0].at < from) {
      this.samples.shift();
    }
  }

  /** The last sample of each whole span, with the one before it. */
  steps() {
    const last = [];
    for (const sample of this.samples) {
      const bucket = Math.floor(sample.at / this.bucketMs);
      if (last.length && last[last.length - 1].bucket === bucket) {
        last[last.length - 1].sample = sample;
      } else {
        last.push({bucket, sample});
      }
    }
    const newest = this.samples[this.samples.length - 1];
    if (newest && last.length > 1 && newest.at - last[last.length - 2].sample.at < this.bucketMs * 0.8) {
      last.pop(); // not over yet
    }
    return last.map(({sample}, i) => ({before: i ? last[i - 1].sample : null, now: sample}));
  }

  /** Columns for uPlot: seconds, then one for each function of (before, now, seconds between). */
  columns(...figures) {
    const steps = this.steps();
    return [
      steps.map(({now}) => now.at / 1000),
      ...figures.map((figure) =>
        steps.map(({before, now}) => {
          const apart = before && now.at - before.at < GAP_MS ? (now.at - before.at) / 1000 : 0;
          return figure(apart ? before : null, now, apart);
        })),
    ];
  }
}

/** How much the sum grew a second; unknown where it began anew. */
export const growth = (of) => (before, now, seconds) => {
  const grown = before ? of(now) - of(before) : -1;
  return grown >= 0 && seconds ? grown / seconds : null;
};

export const level = (of) => (before, now) => of(now);
