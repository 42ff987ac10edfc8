/** Times as the window prints them: by the clock of whoever looks. */

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
