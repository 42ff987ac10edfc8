/** Times and durations as pages print them. */

/** 75 → "1:15", 3675 → "1:01:15". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const dateOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const timeOnly = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** An ISO time: today's as its hour, others with their date. */
export function moment(iso: string, now = new Date()): string {
  return shortly(iso, dateAndTime, now);
}

/** The same for narrow places: of other days only the date. */
export function day(iso: string, now = new Date()): string {
  return shortly(iso, dateOnly, now);
}

function shortly(iso: string, otherDays: Intl.DateTimeFormat, now: Date): string {
  const date = new Date(iso);
  return date.toDateString() === now.toDateString() ? `today, ${timeOnly.format(date)}` : otherDays.format(date);
}
