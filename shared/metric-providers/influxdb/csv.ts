/** Comma-separated values, RFC 4180: quoted cells may hold commas, doubled quotes and line breaks. */

export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let position = 0;
  while (position < text.length) {
    const cell = readCell(text, position);
    row.push(cell.value);
    position = cell.end;
    if (text[position] === ',') {
      position += 1;
      if (position === text.length) row.push('');
      continue;
    }
    position += text.startsWith('\r\n', position) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  return row.length === 0 ? rows : [...rows, row];
}

/** A cell ends before a comma, a line break or the end of the text. */
function readCell(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    const end = endOfPlain(text, start);
    return { value: text.slice(start, end), end };
  }
  let end = start + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
  return { value: text.slice(start + 1, end).replaceAll('""', '"'), end: endOfPlain(text, end + 1) };
}

function endOfPlain(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}
