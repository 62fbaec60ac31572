// <lectern-demo>: a demo of Lectern in a page or a deck, and the messages between them (docs/embedding.md).
//
//   <script type="module" src="https://…/lectern.js"></script>
//   <lectern-demo demo="generate" prompt="Once upon a time" lang="ru"></lectern-demo>
//
// Every attribute but `id`, `class`, `style`, `slot`, `title` and those of events and data is a parameter of the demo's
// address, as "copy link" writes it.

/** @import { LecternDemoElement } from './lectern.js' */

/**
 * A message to a demo.
 *
 * @typedef {{ type: 'hello' | 'run' | 'stop' } | { type: 'set', parameters: Record<string, string | number | boolean | null> }} Message
 */

/** The version of the messages. Those of another version are ignored. */
const VERSION = 1;

/** The site of this file. */
const SITE = new URL('./', import.meta.url);

/** The demo's messages, with the events that they become. */
const TOLD = new Set(['ready', 'state', 'result', 'error']);

/** @param {string} name */
const isParameter = (name) => !/^(id|class|style|slot|title|hidden|tabindex|part|(aria|data|on).*)$/.test(name);

const STYLE = `
  :host { display: block; aspect-ratio: 16 / 9; min-width: min(480px, 100%); min-height: 270px; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; height: 100%; border: 0; }
`;

/** @implements {Pick<LecternDemoElement, 'address' | 'ready' | 'run' | 'stop' | 'set'>} */
class LecternDemo extends (globalThis.HTMLElement ?? Object) {
  #frame = document.createElement('iframe');
  #isReady = false;
  /** @type {Message[]} */
  #waiting = [];

  constructor() {
    super();
    const style = document.createElement('style');
    style.textContent = STYLE;
    this.attachShadow({ mode: 'open' }).append(style, this.#frame);
    this.#frame.allow = 'clipboard-write';
    this.#frame.loading = 'lazy';
  }

  connectedCallback() {
    addEventListener('message', this.#receive);
    this.#isReady = false;
    this.#frame.title = this.getAttribute('title') ?? 'Lectern';
    this.#frame.src = this.address;
  }

  disconnectedCallback() {
    removeEventListener('message', this.#receive);
  }

  /** The address of the demo, with the attributes as parameters. */
  get address() {
    const address = new URL(SITE);
    for (const { name, value } of this.attributes) {
      if (isParameter(name)) address.searchParams.set(parameterName(name), value);
    }
    address.searchParams.set('embed', '1');
    return address.href;
  }

  /** Whether the demo is ready. It is loaded when it is seen, clicked, or has `autostart="1"`. */
  get ready() {
    return this.#isReady;
  }

  /** Runs the demo: Generate continues its prompt. It waits until the model is loaded. */
  run() {
    this.#say({ type: 'run' });
  }

  /** Stops the run. */
  stop() {
    this.#say({ type: 'stop' });
  }

  /**
   * Sets parameters of the demo's address; `null` resets one to its default.
   *
   * @param {Record<string, string | number | boolean | null>} parameters
   */
  set(parameters) {
    this.#say({ type: 'set', parameters });
  }

  /** @param {Message} message */
  #say(message) {
    if (this.#isReady) {
      this.#frame.contentWindow?.postMessage({ lectern: VERSION, ...message }, SITE.origin);
    } else {
      this.#waiting.push(message);
    }
  }

  #receive = (/** @type {MessageEvent} */ { source, origin, data }) => {
    if (source !== this.#frame.contentWindow || origin !== SITE.origin || data?.lectern !== VERSION) return;
    const { lectern, type, ...detail } = data;
    if (type === 'ready') {
      this.#isReady = true;
      this.#say({ type: 'hello' });
      for (const message of this.#waiting.splice(0)) this.#say(message);
    }
    if (type === 'key') {
      this.#press(detail.key);
    } else if (TOLD.has(type)) {
      this.dispatchEvent(new CustomEvent(`lectern-${type}`, { detail, bubbles: true }));
    }
  };

  /**
   * Passes on a key that the demo does not use, so that the deck around it moves on.
   *
   * @param {string} key
   */
  #press(key) {
    const keyCode = KEY_CODES[key];
    if (keyCode === undefined) return;
    for (const type of ['keydown', 'keyup']) {
      this.dispatchEvent(new KeyboardEvent(type, { key, code: key, keyCode, bubbles: true, composed: true, cancelable: true }));
    }
  }
}

/**
 * The keys of decks; some still ask for the code.
 *
 * @type {Record<string, number>}
 */
const KEY_CODES = {
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

/**
 * Attributes of HTML have no capitals; parameters with some are written with a hyphen too (`max-new-tokens`).
 *
 * @param {string} attribute
 */
function parameterName(attribute) {
  const joined = attribute.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return CAPITALS.find((name) => name.toLowerCase() === joined.toLowerCase()) ?? joined;
}

/** The parameters that have capitals. */
const CAPITALS = ['topK', 'topP', 'minP', 'repetitionPenalty', 'maxNewTokens'];

if (globalThis.customElements && !customElements.get('lectern-demo')) customElements.define('lectern-demo', LecternDemo);
