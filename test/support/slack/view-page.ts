import { html } from '../html.ts';
import type { Home, InputBlock, Modal } from './block-kit.ts';
import { slackBlock } from './page.ts';

/** What a desktop client shows of a form, above the conversation that it was opened in. */
export function slackModal({ title, blocks, submit, close }: Modal): string {
  const body = blocks.map((block) => (block.type === 'input' ? input(block) : slackBlock(block)));
  const buttons = [
    ...(close ? [`<span class="button">${html(close.text)}</span>`] : []),
    ...(submit ? [`<span class="button primary">${html(submit.text)}</span>`] : []),
  ];
  return `<div class="modal"><h2>${html(title.text)}</h2>${body.join('')}<div class="row end">${buttons.join('')}</div></div>`;
}

/** And of the app's own page for one person. */
export function slackHome({ blocks }: Home): string {
  return `<div class="home">${blocks.map((block) => (block.type === 'input' ? input(block) : slackBlock(block))).join('')}</div>`;
}

function input({ label, hint, optional, element }: InputBlock): string {
  const note = optional ? ' <span class="optional">(optional)</span>' : '';
  const below = hint ? `<p class="hint">${html(hint.text)}</p>` : '';
  return `<div class="input"><b>${html(label.text)}</b>${note}${field(element)}${below}</div>`;
}

function field(element: InputBlock['element']): string {
  switch (element.type) {
    case 'plain_text_input':
      return `<div class="field">${html(element.initial_value ?? '')}&nbsp;</div>`;
    case 'static_select':
      return element.initial_option
        ? `<div class="field menu">${html(element.initial_option.text.text)}</div>`
        : '<div class="field menu empty">Select an option</div>';
    case 'conversations_select':
      return '<div class="field menu empty">Select a conversation</div>';
  }
}

export const SLACK_VIEW_STYLE = `
.slack .modal { width: 520px; margin: 0 auto; border: 1px solid #ddd; border-radius: 8px; padding: 16px 24px; box-shadow: 0 2px 8px #0002; }
.slack h2 { margin: 0 0 12px; font-size: 22px; } .slack .end { justify-content: flex-end; margin-top: 16px; }
.slack .input { margin: 12px 0; } .slack .optional { color: #616061; }
.slack .field { border: 1px solid #868686; border-radius: 4px; padding: 4px 10px; margin: 4px 0; min-height: 22px; } .slack .empty { color: #616061; }
.slack .menu { display: flex; justify-content: space-between; } .slack .menu::after { content: "▾"; color: #616061; }
.slack .hint { color: #616061; font-size: 13px; margin: 0; }
.slack h3 { margin: 12px 0 4px; font-size: 18px; }
`;
