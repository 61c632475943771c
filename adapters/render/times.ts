/** A point in time in UTC as the bot writes it: `2026-11-28T18:00Z`, with seconds where they matter. */
const TIME = /\b(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,6})?Z\b/g;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Points in time for readers whose zone nobody knows: `18:00 UTC` today, `29 Nov 18:00 UTC` else. */
export function utcTimes(text: string, now = new Date()): string {
  return text.replace(TIME, (written, year: string, month: string, day: string, time: string) => {
    const name = MONTHS[Number(month) - 1];
    if (name === undefined) return written;
    if (now.toISOString().startsWith(`${year}-${month}-${day}`)) return `${time} UTC`;
    const date = `${Number(day)} ${name}`;
    return year === String(now.getUTCFullYear()) ? `${date} ${time} UTC` : `${date} ${year} ${time} UTC`;
  });
}
