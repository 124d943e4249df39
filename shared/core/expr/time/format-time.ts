/** Times as text, by a layout. */
import type { Time } from '../values/values.ts';
import { civilOf, weekdayOf, yearDayOf, type Civil } from './civil.ts';
import { isFraction, MONTHS, piecesOf, TIME_STRING, WEEKDAYS } from './layout.ts';
import type { ZoneOffset } from './zones.ts';

/** `Format(layout)` */
export function formatTime(time: Time, layout: string): string {
  const offset = time.zone.offsetAt(time.nanoseconds);
  const civil = civilOf(time.nanoseconds, offset.seconds);
  return piecesOf(layout)
    .map(({ prefix, element }) => prefix + formatElement(element, civil, offset))
    .join('');
}

/** `2023-08-14 00:00:00 +0000 UTC` */
export function timeString(time: Time): string {
  return formatTime(time, TIME_STRING);
}

function formatElement(element: string, civil: Civil, offset: ZoneOffset): string {
  if (element === '') return '';
  if (isFraction(element)) return formatFraction(element, civil.nanosecond);
  if (element === 'MST') return offset.abbreviation === '' ? formatOffset('0700', offset.seconds) : offset.abbreviation;
  if (element.startsWith('Z')) return offset.seconds === 0 ? 'Z' : formatOffset(element.slice(1), offset.seconds);
  if (element.startsWith('-')) return formatOffset(element.slice(1), offset.seconds);
  return formatDatePart(element, civil) ?? formatClockPart(element, civil);
}

function formatDatePart(element: string, civil: Civil): string | undefined {
  const month = MONTHS[civil.month - 1] ?? '';
  const weekday = WEEKDAYS[weekdayOf(civil)] ?? '';
  switch (element) {
    case '2006':
      return year(civil.year, 4);
    case '06':
      return pad(Math.abs(civil.year) % 100);
    case 'January':
      return month;
    case 'Jan':
      return month.slice(0, 3);
    case '01':
      return pad(civil.month);
    case '1':
      return String(civil.month);
    case 'Monday':
      return weekday;
    case 'Mon':
      return weekday.slice(0, 3);
    case '02':
      return pad(civil.day);
    case '_2':
      return String(civil.day).padStart(2, ' ');
    case '2':
      return String(civil.day);
    case '002':
      return String(yearDayOf(civil)).padStart(3, '0');
    case '__2':
      return String(yearDayOf(civil)).padStart(3, ' ');
  }
  return undefined;
}

function formatClockPart(element: string, civil: Civil): string {
  const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
  switch (element) {
    case '15':
      return pad(civil.hour);
    case '03':
      return pad(hour12);
    case '3':
      return String(hour12);
    case '04':
      return pad(civil.minute);
    case '4':
      return String(civil.minute);
    case '05':
      return pad(civil.second);
    case '5':
      return String(civil.second);
    case 'PM':
      return civil.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return civil.hour >= 12 ? 'pm' : 'am';
  }
  return element;
}

/** `.000` shows three digits, `.999` up to three without trailing zeros and nothing for a whole second. */
function formatFraction(element: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, Math.min(9, element.length - 1));
  if (element[1] === '0') return `${element[0]}${digits}`;
  const significant = digits.replace(/0+$/, '');
  return significant === '' ? '' : `${element[0]}${significant}`;
}

/** `07`, `0700`, `07:00`, `070000`, `07:00:00` */
function formatOffset(form: string, seconds: number): string {
  const size = Math.abs(seconds);
  const parts = [pad(Math.floor(size / 3_600)), pad(Math.floor(size / 60) % 60), pad(size % 60)];
  const shown = form.replaceAll(':', '').length / 2;
  return (seconds < 0 ? '-' : '+') + parts.slice(0, shown).join(form.includes(':') ? ':' : '');
}

function year(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${digits}` : digits;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
