/** Numbers, sizes and times in the user's locale. */

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** 1536000 -> "1.5 MB" (decimal units, as the browsers show them). */
export function formatBytes(bytes: number, locale: string): string {
  const digits = (power: number): number => (power > 1 && bytes / 1000 ** power < 100 ? 1 : 0);
  let power = 0;
  // By what is shown, which may be rounded up: 999,900 bytes are 1 MB, not 1,000 kB.
  while (power < BYTE_UNITS.length - 1 && Number((bytes / 1000 ** power).toFixed(digits(power))) >= 1000) power += 1;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: BYTE_UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: digits(power),
  }).format(bytes / 1000 ** power);
}

/** Bytes a second -> "1.5 MB/s". */
export function formatSpeed(bytesPerSecond: number, locale: string): string {
  return `${formatBytes(bytesPerSecond, locale)}/s`;
}

/** Seconds as on a player: 75 -> "1:15", 3675 -> "1:01:15". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? part.toString() : part.toString().padStart(2, '0'))).join(':');
}

/** 0.426 -> "42 %" in the manner of the locale; never "100 %" before the end. */
export function formatPercent(fraction: number, locale: string): string {
  const floored = Math.floor(fraction * 100) / 100;
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(floored);
}

/** The time of day, to the second where that matters. */
export function formatTime(iso: string | number, locale: string, exact = false): string {
  const format: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (exact) format.second = '2-digit';
  return new Intl.DateTimeFormat(locale, format).format(new Date(iso));
}

/** A day and a time: "Tue 3 Nov, 14:05". */
export function formatMoment(iso: string, locale: string): string {
  const format: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(locale, format).format(new Date(iso));
}

const AGES: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago, at the precision people speak in: "3 minutes ago". */
export function formatAge(iso: string | number, now: number, locale: string): string {
  const seconds = Math.max(0, (now - new Date(iso).getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of AGES) {
    if (seconds >= size) return format.format(-Math.floor(seconds / size), unit);
  }
  return format.format(0, 'second');
}
