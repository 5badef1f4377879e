// Numbers, times and spans as a person reads them; the command line words them the same way.

const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const TENTHS = new Intl.NumberFormat('en-US', {minimumFractionDigits: 1, maximumFractionDigits: 1});

export const count = (number) => WHOLE.format(number);

export const rate = (perSecond) =>
  perSecond == null ? '–' : perSecond >= 100 ? WHOLE.format(perSecond) : TENTHS.format(perSecond);

export const percent = (part, whole) => {
  if (!whole || !part) {
    return '0 %';
  }
  const share = (100 * part) / whole;
  return share < 0.1 ? '< 0.1 %' : (share >= 10 ? WHOLE : TENTHS).format(share) + ' %';
};

/** 12k, 3.4M: for axes. */
export const compact = (number) =>
  number >= 1e6 ? trimmed(number / 1e6) + 'M' : number >= 1e4 ? trimmed(number / 1e3) + 'k' : trimmed(number);

const trimmed = (number) => String(Math.round(number * 10) / 10);

/** 5 min 12 s: the two greatest units that aren't zero. */
export function span(seconds) {
  const s = Math.round(Math.abs(seconds));
  const two = (first, unit, second, smaller) => first + ' ' + unit + (second ? ' ' + second + ' ' + smaller : '');
  if (s < 60) {
    return s + ' s';
  }
  if (s < 3600) {
    return two(Math.floor(s / 60), 'min', s % 60, 's');
  }
  if (s < 86400) {
    return two(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  }
  return two(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h');
}

const two = (number) => String(number).padStart(2, '0');

/** 14:02, or 14:02:11 with seconds; with the day unless it is today's. */
export function time(when, seconds = false) {
  const at = new Date(when);
  const clock = two(at.getHours()) + ':' + two(at.getMinutes()) + (seconds ? ':' + two(at.getSeconds()) : '');
  return at.toDateString() === new Date().toDateString()
    ? clock
    : at.getFullYear() + '-' + two(at.getMonth() + 1) + '-' + two(at.getDate()) + ' ' + clock;
}

/** REFUSED_ALONE becomes refused alone. */
export const words = (name) => String(name).toLowerCase().replaceAll('_', ' ');

export const plural = (number, one, many = one + 's') => count(number) + ' ' + (number === 1 ? one : many);

/** What holds a campaign's queue, in the server's words, and since when. */
export function held(campaign) {
  if (!campaign.held) {
    return '';
  }
  const paused = campaign.waitingFor === 'CAMPAIGN_PAUSED' && campaign.gate.since;
  return paused ? 'paused since ' + time(campaign.gate.since) : campaign.held;
}
