/** The channel as a page: each card with its thread as Slack would show it, and with buttons that work. It shows itself anew. */
import type { SlackPost } from './slack-web-api.ts';

const SECONDS_BETWEEN = 2;

interface Text {
  readonly type: string;
  readonly text: string;
}

interface Button {
  readonly text: Text;
  readonly value: string;
  readonly action_id: string;
  readonly style?: string;
  readonly confirm?: { readonly text: Text };
}

interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly elements?: readonly (Text | Button)[];
}

export function slackPage(posts: readonly SlackPost[]): string {
  const cards = posts.filter(({ thread }) => thread === undefined).toReversed();
  const told = cards.map((card) => cardHtml(card, posts)).join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${SECONDS_BETWEEN}">
<title>Slack stand-in: #releases</title><style>${STYLE}</style></head><body><h1>#releases</h1>
${cards.length === 0 ? '<p>No release yet.</p>' : told}</body></html>`;
}

function cardHtml(card: SlackPost, posts: readonly SlackPost[]): string {
  const thread = posts.filter((post) => post.thread === card.ts && post.channel === card.channel);
  const lines = thread.map(({ blocks }) => (blocks as readonly Block[]).map(blockHtml).join('')).join('\n');
  const edited = card.edits === 0 ? '' : ` <small>(edited ${card.edits} times)</small>`;
  const replies = thread.length === 0 ? '' : `<details><summary>${thread.length} replies</summary>${lines}</details>`;
  const blocks = (card.blocks as readonly Block[]).map(blockHtml).join('\n');
  return `<article><b>Weir</b>${edited}\n${blocks}\n${replies}</article>`;
}

function blockHtml({ type, text, elements = [] }: Block): string {
  if (type === 'header') return `<h2>${textHtml(text)}</h2>`;
  if (type === 'actions') return `<div>${(elements as readonly Button[]).map(buttonHtml).join(' ')}</div>`;
  if (type === 'context') return `<small>${(elements as readonly Text[]).map(textHtml).join(' ')}</small>`;
  return `<p>${textHtml(text)}</p>`;
}

function buttonHtml({ text, value, action_id: action, style = '', confirm }: Button): string {
  const asked = confirm === undefined ? '' : ` onsubmit="return confirm(this.dataset.ask)"`;
  const ask = escapeHtml(confirm?.text.text ?? '');
  const fields = Object.entries({ action, value }).map(
    ([name, content]) => `<input type="hidden" name="${name}" value="${escapeHtml(content)}">`,
  );
  const button = `<button class="${escapeHtml(style)}">${textHtml(text)}</button>`;
  return `<form method="post" action="/click" data-ask="${ask}"${asked}>${fields.join('')}${button}</form>`;
}

/** Plain text as it is; of mrkdwn what cards use: entities, code, fences, bold and dates. */
function textHtml(text: Text | undefined): string {
  if (text === undefined) return '';
  if (text.type === 'plain_text') return escapeHtml(text.text).replaceAll('\n', '<br>');
  const dated = text.text.replaceAll(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_all, seconds: string) =>
    new Date(Number(seconds) * 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
  );
  const safe = escapeHtml(decoded(dated));
  return safe
    .split('```')
    .map((part, index) => (index % 2 === 1 ? `<pre>${part}</pre>` : lineHtml(part)))
    .join('');
}

function lineHtml(text: string): string {
  const coded = text.replaceAll(/`([^`\n]+)`/g, '<code>$1</code>').replaceAll(/\*([^*\n]+)\*/g, '<b>$1</b>');
  return coded.replaceAll('\n', '<br>');
}

/** Slack's own three entities. */
function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
}

const STYLE = `body{font:15px/1.4 sans-serif;max-width:46em;margin:1em auto;padding:0 1em;color:#1d1c1d}
article{border-left:4px solid #ddd;margin:1.5em 0;padding:.2em 1em}h2{font-size:1.1em;margin:.4em 0}p{margin:.4em 0}
pre{background:#f6f6f6;border:1px solid #ddd;padding:.5em;overflow:auto}code{background:#f6f6f6;color:#c0145c}
form{display:inline}button{font:inherit;padding:.3em 1em}.primary{background:#007a5a;color:#fff}.danger{background:#c0145c;color:#fff}
small{color:#616061}`;
