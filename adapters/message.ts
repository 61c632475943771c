/** What the bot says: a plain text that carries the whole meaning, and blocks that a service may show more richly. */

/** A table; every cell is plain text on one line. Adapters align, fold or link it as their service allows. */
export interface TableBlock {
  readonly type: 'table';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Text to be shown in fixed width exactly as it is: output of a command, a script, a file. */
export interface CodeBlock {
  readonly type: 'code';
  readonly text: string;
  /** Its end tells most: where there is no room for all of it, its beginning is left out. */
  readonly endMatters?: boolean;
}

/** A paragraph beside tables and code. */
export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

/** A picture, drawn when it is sent ({@link Guide.picture}); `alt` says the same in words. Services without pictures show the link. */
export interface PictureBlock {
  readonly type: 'picture';
  /** What it is of: `run/12/gantt`, `status`. */
  readonly picture: string;
  readonly alt: string;
}

export type Block = TextBlock | TableBlock | CodeBlock | PictureBlock;

/** A button: pressing it is saying `command`, with the presser's own rights. Where there are no buttons, the text says it all. */
export interface Button {
  readonly label: string;
  /** A command line, as typed: `cancel demo`. */
  readonly command: string;
  /** `danger` asks for confirmation where the service can. */
  readonly style: 'primary' | 'danger' | 'plain';
}

/** What kind of thing is said; decides colour and placement (a board is edited, an outcome is a new post), never the words. */
export type MessageKind = 'answer' | 'refusal' | 'question' | 'board' | 'outcome' | 'notice';

/** One message, before an adapter renders it. */
export interface OutgoingMessage {
  /** `answer` if absent. */
  readonly kind?: MessageKind;
  /** How it turned out, for a colour or sign beside the words; absent: neither. */
  readonly mood?: 'good' | 'bad' | 'busy' | 'waiting';
  /** The summary, one to a few lines; on its own it says what happened and what to do next. */
  readonly text: string;
  /**
   * The identity (`slack:T1/U1`) of the one person whom the service is to call, since they have to do something; nobody else
   * is called, whatever the text says. Absent: nobody is.
   */
  readonly mention?: string;
  /** Details, in reading order. An adapter that has no room for all of them shows the first ones and the link. */
  readonly blocks?: readonly Block[];
  /**
   * What the blocks are to the text. `more` (the default): further parts of the answer. `restated`: the text again, more
   * fully; a service that shows every line by itself (IRC) shows the text alone, one with room (the terminal) the blocks
   * alone. `background`: what few will read; where lines cannot be folded away (IRC) they are left to the link.
   */
  readonly blocksAre?: 'more' | 'restated' | 'background';
  readonly buttons?: readonly Button[];
  /** What a question is about: `approval:3`. Where messages can be changed, it is changed to the answer when there is one, without its buttons. */
  readonly asks?: string;
  /** Where the whole of it can be read, under the configured `publicUrl`. */
  readonly link?: string;
  /**
   * In a private channel whose name can pass to somebody else (a nick on IRC): the identities of the one person whom it is for. An
   * adapter of such a service does not say it to anybody else. Absent: it is for whoever reads there.
   */
  readonly onlyFor?: readonly string[];
}
