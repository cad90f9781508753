/**
 * The player: a run that one steps through, in JupyterLab and on any page.
 *
 * Plain browser code without a framework and without a build. `distlabPlayer.mount(node, record, { ask })` fills an
 * element of the page with the run that `player(run, ...)` of `distlab/plot` has packed (its MIME type is
 * application/vnd.distlab.run+json). `ask`, where there is one, asks a live kernel for forks; without it the player
 * shows the line of code that makes the fork. Only what is visible is drawn, so that long runs stay smooth. All texts
 * of the run come in as text, never as markup.
 */
(() => {
  "use strict";

  const VERSION = 1;
  const ROW = 28; // px for each step
  const HEAD = 30; // px for the names
  const TIMES = 62; // px for the times at the left
  const COLUMN = 66; // px for each node, at least
  const BESIDE = 7; // of more nodes the diagram takes the whole width, and what is known of them stands below it
  const SPAN = 64; // events share a list of the messages that are under way in them
  const MOST_ARROWS = 700; // in one picture
  const MOST_LISTED = 24; // messages and nodes in a list

  /**
   * @typedef {{ name: string, places: string[], clients: number, texts: string[], events: number[][],
   *   changes: boolean, inSteps: boolean, total: number }} Packed
   * @typedef {{ version: number, title: string, note: string, alt: string, at: number | null, limit: number,
   *   variable: string, id: string | null, run: Packed, beside: Packed | null }} PlayerData
   * @typedef {{ step: number, drop?: number, first?: number, crash?: string, seed?: number }} Change
   * @typedef {{ run?: Packed, id?: string, problem?: string }} Answer
   * @typedef {(question: { run: string, change: Change, limit: number }) => Promise<Answer>} Ask
   * @typedef {{ node: number, kind: number, key: number }} Filter -1 for all
   * @typedef {{ from: number, to: number, start: number, end: number, how: string, copy: number, words: number,
   *   kind: number, id: number }} Arrow `start` and `end` are numbers of events; `end` is Infinity while it is under way
   * @typedef {{ left: number, right: number, top: number, bottom: number }} Box room in the picture, in px
   */

  // ---------------------------------------------------------------------------------------------- the run

  // The places of an event's parts in its list.
  const [KIND, AT, STEP, PLACE, WORDS, PEER, FLIGHT, MESSAGE, KEY, COPY, REASON] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  /** A packed run, unpacked as far as the player asks of it. */
  class Run {
    /** @param {Packed} packed */
    constructor(packed) {
      check(packed);
      this.name = packed.name;
      this.places = packed.places;
      this.clients = packed.clients;
      this.texts = packed.texts;
      this.events = packed.events;
      this.changes = packed.changes;
      this.inSteps = packed.inSteps;
      this.total = packed.total;
      /** @type {Arrow[]} */
      this.arrows = [];
      /** Which arrows start, end or pass in each span of events. @type {number[][]} */
      this.spans = [];
      /** The changes of each place: the event and the fields after it, whole at every 32nd. @type {{ event: number, whole: Map<number, number> | null }[][]} */
      this.states = this.places.map(() => []);
      /** Whether a place is up, down or paused, and since which event. @type {{ event: number, how: string }[][]} */
      this.ups = this.places.map(() => []);
      /** @type {{ from: number, to: number, words: string, links: Set<string> }[]} */
      this.cuts = [];
      /** The first event of the step of each event, and the last one. */
      this.first = new Int32Array(this.events.length);
      this.last = new Int32Array(this.events.length);
      this.#read();
    }

    /** @param {number} i @param {number} part */
    part(i, part) {
      return this.events[i]?.[part] ?? -1;
    }

    /** @param {number} i */
    kindOf(i) {
      return this.texts[this.part(i, KIND)] ?? "";
    }

    /** Whether an event has a sign and words of its own on a node's line, which others of the moment must leave room for. @param {number} i */
    hasSign(i) {
      const kind = this.kindOf(i);
      const comesByArrow = kind === "request" && this.part(i, FLIGHT) !== -1;
      return MARKS[kind] !== undefined && kind !== "write" && !comesByArrow;
    }

    /** @param {number} at */
    time(at) {
      return this.inSteps ? `step ${at}` : `${at.toFixed(at < 100 ? 2 : 1)} ms`;
    }

    #read() {
      const { events, texts } = this;
      /** @type {Map<number, Arrow>} */
      const open = new Map();
      /** What each message and its copies became. @type {Map<number, { start: number, from: number, to: number, words: number, kind: number }>} */
      const sent = new Map();
      /** @type {Map<number, Map<number, number>>} */
      const now = new Map();
      for (let i = 0; i < events.length; i++) {
        const event = /** @type {number[]} */ (events[i]);
        const kind = texts[event[KIND] ?? -1];
        const place = event[PLACE] ?? -1;
        const flight = event[FLIGHT] ?? -1;
        const same = i > 0 && this.part(i - 1, STEP) === event[STEP];
        this.first[i] = same ? /** @type {number} */ (this.first[i - 1]) : i;
        switch (kind) {
          case "send":
          case "invoke":
          case "reply": {
            if (flight === -1) break;
            const way = { start: i, from: place, to: event[PEER] ?? -1, words: event[WORDS] ?? -1, kind: kind === "send" ? event[MESSAGE] ?? -1 : -1 };
            sent.set(flight, way);
            open.set(flight, { ...way, end: Infinity, how: "open", copy: 0, id: flight });
            break;
          }
          case "deliver":
          case "drop":
          case "request":
          case "return":
          case "call-lost": {
            if (flight === -1) break;
            const way = sent.get(flight) ?? { start: i, from: event[PEER] ?? -1, to: place, words: event[WORDS] ?? -1, kind: event[MESSAGE] ?? -1 };
            if (event[PEER] === undefined || event[PEER] === -1) {
              while (event.length <= PEER) event.push(-1);
              event[PEER] = way.from;
            }
            const how = kind === "drop" || kind === "call-lost" ? texts[event[REASON] ?? -1] ?? "lost" : "delivered";
            const isMessage = kind === "deliver" || kind === "drop";
            this.arrows.push({ ...way, end: i, how, copy: isMessage ? Math.max(0, event[COPY] ?? 0) : 0, id: flight });
            open.delete(flight);
            break;
          }
          case "change": {
            const before = now.get(place);
            const list = this.states[place];
            if (!list) break;
            const fields = new Map(before);
            for (let f = WORDS; f + 1 < event.length; f += 2) fields.set(/** @type {number} */ (event[f]), /** @type {number} */ (event[f + 1]));
            now.set(place, fields);
            list.push({ event: i, whole: list.length % 32 === 0 ? fields : null });
            break;
          }
          case "crash":
            now.delete(place);
            this.ups[place]?.push({ event: i, how: "down" });
            break;
          case "pause":
            this.ups[place]?.push({ event: i, how: "paused" });
            break;
          case "restart":
          case "resume":
            this.ups[place]?.push({ event: i, how: "up" });
            break;
          case "cut":
            this.cuts.push({ from: i, to: Infinity, words: this.#linksOf(event), links: new Set(pairs(event)) });
            break;
          case "heal": {
            const healed = pairs(event);
            for (const cut of this.cuts) {
              if (cut.to !== Infinity) continue;
              for (const link of healed) cut.links.delete(link);
              if (cut.links.size === 0 || healed.length === 0) cut.to = i;
            }
            break;
          }
        }
      }
      // Second copies are known only when they come; until then they are under way with the first.
      this.arrows.push(...open.values());
      for (let i = events.length - 1; i >= 0; i--) {
        const next = i + 1 < events.length && this.part(i + 1, STEP) === this.part(i, STEP);
        this.last[i] = next ? /** @type {number} */ (this.last[i + 1]) : i;
      }
      for (let at = 0; at <= events.length; at += SPAN) this.spans.push([]);
      this.arrows.forEach(({ start, end }, n) => {
        const to = Math.floor(Math.min(end, events.length - 1) / SPAN);
        for (let span = Math.floor(start / SPAN); span <= to; span++) this.spans[span]?.push(n);
      });
    }

    /** @param {number[]} event */
    #linksOf(event) {
      const names = pairs(event).slice(0, 4).map((pair) => pair.split(" ").map((place) => this.places[Number(place)]).join("→"));
      const more = (event.length - WORDS) / 2 - names.length;
      return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
    }

    /**
     * The arrows that start, end or pass from one event to another.
     * @param {number} from
     * @param {number} to
     */
    arrowsIn(from, to) {
      /** @type {Set<number>} */
      const found = new Set();
      for (let span = Math.floor(from / SPAN); span <= Math.floor(to / SPAN); span++) {
        for (const n of this.spans[span] ?? []) {
          const { start, end } = /** @type {Arrow} */ (this.arrows[n]);
          if (start <= to && end >= from) found.add(n);
        }
      }
      return [...found].map((n) => /** @type {Arrow} */ (this.arrows[n]));
    }

    /**
     * The messages under way after an event, in the order in which they were sent; each but once.
     * @param {number} event
     */
    underWay(event) {
      /** @type {Map<number, Arrow>} */
      const found = new Map();
      for (const arrow of this.arrowsIn(event, event)) {
        if (arrow.start <= event && arrow.end > event && !found.has(arrow.id)) found.set(arrow.id, arrow);
      }
      return [...found.values()].sort((one, other) => one.start - other.start);
    }

    /**
     * The fields of a place after an event; null while it is down or nothing is known.
     * @param {number} place
     * @param {number} event
     */
    stateAfter(place, event) {
      const list = this.states[place] ?? [];
      let at = lastUpTo(list, event);
      if (at < 0 || this.howAfter(place, event) === "down") return null;
      let whole = at;
      while (list[whole]?.whole === null) whole--;
      const fields = new Map(list[whole]?.whole);
      for (whole++; whole <= at; whole++) {
        const change = this.events[/** @type {{ event: number }} */ (list[whole]).event] ?? [];
        for (let f = WORDS; f + 1 < change.length; f += 2) fields.set(/** @type {number} */ (change[f]), /** @type {number} */ (change[f + 1]));
      }
      return fields;
    }

    /**
     * @param {number} place
     * @param {number} event
     */
    howAfter(place, event) {
      const list = this.ups[place] ?? [];
      return list[lastUpTo(list, event)]?.how ?? "up";
    }

    /**
     * An event in a sentence.
     * @param {number} i
     */
    say(i) {
      const event = this.events[i] ?? [];
      const who = this.places[event[PLACE] ?? -1] ?? "";
      const peer = this.places[event[PEER] ?? -1] ?? "";
      const words = this.texts[event[WORDS] ?? -1] ?? "";
      const id = event[FLIGHT] ?? -1;
      const number = id > 0 ? ` (#${id})` : "";
      const copy = (event[COPY] ?? 0) > 0 ? "the second copy of " : "";
      const why = REASONS[this.texts[event[REASON] ?? -1] ?? ""] ?? "";
      switch (this.kindOf(i)) {
        case "send": return `${who} sends ${words} to ${peer}${number}`;
        case "deliver": return `${who} receives ${copy}${words} from ${peer}${number}`;
        case "drop": return `${copy}${words} from ${peer} to ${who}${number} does not arrive: ${why}`;
        case "timer": return `timer of ${who}: ${words}`;
        case "request": return `${who} is asked ${words}${peer === "" ? "" : ` by ${peer}`}`;
        case "reply": return `${who} answers ${words}${peer === "" ? "" : ` to ${peer}`}`;
        case "decide": return `${who} decides ${words}`;
        case "write": return `${who} ${words}`;
        case "flushed": return `${who} has its write on disk`;
        case "crash": return `${who} crashes${words === "" ? "" : `, ${words}`}`;
        case "restart": return `${who} restarts`;
        case "pause": return `${who} is paused`;
        case "resume": return `${who} goes on`;
        case "stall":
        case "skew":
        case "slow": return `${who}: ${words}`;
        case "cut": return `links are cut: ${this.#linksOf(event)}`;
        case "heal": return event.length > WORDS ? `links work again: ${this.#linksOf(event)}` : "a cut is over, but others cover its links";
        case "invoke": return `${who} calls ${peer}: ${words}${(event[COPY] ?? 0) > 1 ? `, attempt ${event[COPY]}` : ""}`;
        case "return": return `${who} has its answer ${words}`;
        case "give-up": return `${who} gives up`;
        case "call-lost": return `the ${words} between ${who} and ${peer} does not arrive: ${why}`;
        case "violation": return words;
        default: return this.kindOf(i);
      }
    }

    /** What tells an event from another in a second run. @param {number} i */
    identity(i) {
      const event = this.events[i];
      if (!event) return "";
      const kind = this.kindOf(i);
      if (kind === "change") return JSON.stringify([kind, event[AT], this.places[event[PLACE] ?? -1], ...event.slice(WORDS).map((text) => this.texts[text])]);
      return JSON.stringify([event[AT], this.say(i)]);
    }
  }

  /** @type {{ [reason: string]: string }} */
  const REASONS = {
    lost: "the network loses it",
    partitioned: "the link is cut",
    crashed: "the receiver is down",
    unhandled: "the receiver has no rule for it",
  };

  /**
   * The links of a cut or heal.
   * @param {number[]} event
   */
  function pairs(event) {
    const links = [];
    for (let at = WORDS; at + 1 < event.length; at += 2) links.push(`${event[at]} ${event[at + 1]}`);
    return links;
  }

  /**
   * The place of the last entry that is not after an event, or -1.
   * @param {{ event: number }[]} list
   * @param {number} event
   */
  function lastUpTo(list, event) {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {{ event: number }} */ (list[middle]).event <= event) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** @param {Packed} packed throws an Error for what is no packed run */
  function check(packed) {
    const lists = packed && [packed.places, packed.texts, packed.events];
    if (!lists || !lists.every(Array.isArray)) throw new Error("the run has no lists of places, texts and events");
    packed.events.forEach((event, i) => {
      const whole = Array.isArray(event) && event.length >= 3 && event.every((part) => typeof part === "number");
      if (!whole || packed.texts[/** @type {number} */ (event[KIND])] === undefined) throw new Error(`event ${i + 1} of ${packed.events.length} of the run is damaged`);
    });
  }

  // ---------------------------------------------------------------------------------------------- one run on the page

  /** One run: its space-time diagram, and beside or below it what is known at the cursor. */
  class View {
    /** Events that the cursor stops at. */
    stops = new Int32Array(0);
    /** The row of each event, -1 where it is hidden. */
    rows = new Int32Array(0);
    /** The first and the last event of each row. @type {{ first: number, last: number }[]} */
    lines = [];
    /** The place of the cursor among the stops. */
    cursor = 0;
    /** The first event that the other run does not have, or -1. */
    difference = -1;
    #drawing = 0;

    /**
     * @param {Run} run
     * @param {{ moved(view: View, stop: number): void, chosen(view: View): void, fork(view: View, change: Omit<Change, "step">): void, canFork: boolean }} host
     */
    constructor(run, host) {
      this.run = run;
      this.host = host;
      this.heading = element("p", { class: "dlp-name" }, run.name);
      this.names = element("div", { class: "dlp-names", "aria-hidden": "true" });
      this.canvas = svg("svg", { class: "dlp-picture", "aria-hidden": "true" });
      this.room = element("div", { class: "dlp-room" }, this.names, this.canvas);
      this.scroller = element("div", { class: "dlp-scroller", tabindex: "0", role: "group" }, this.room);
      this.facts = element("div", { class: "dlp-facts", tabindex: "0", role: "group", "aria-label": `What is known of ${run.name} at the cursor` });
      this.node = element("section", { class: run.places.length > BESIDE ? "dlp-view dlp-many" : "dlp-view" }, this.heading, element("div", { class: "dlp-both" }, this.scroller, this.facts));
      this.scroller.addEventListener("scroll", () => this.#later());
      this.scroller.addEventListener("click", (event) => this.#clicked(event));
      this.node.addEventListener("focusin", () => host.chosen(this));
      this.node.addEventListener("pointerdown", () => host.chosen(this));
      this.observer = new ResizeObserver(() => this.#measure());
      this.observer.observe(this.scroller);
      this.scroller.setAttribute("aria-label", `Space-time diagram of ${run.name}: arrow keys go from event to event`);
    }

    dispose() {
      this.observer.disconnect();
      cancelAnimationFrame(this.#drawing);
    }

    /** The event at the cursor. */
    get event() {
      return this.stops[this.cursor] ?? -1;
    }

    /** @param {Filter} filter */
    filter({ node, kind, key }) {
      const { run } = this;
      const event = this.event;
      const stops = [];
      this.rows = new Int32Array(run.events.length).fill(-1);
      this.lines = [];
      for (let i = 0; i < run.events.length; i++) {
        const name = run.kindOf(i);
        if (name === "change") continue;
        // A write that is on disk at once is one event.
        if (name === "flushed" && run.kindOf(i - 1) === "write" && run.part(i - 1, STEP) === run.part(i, STEP)) continue;
        const [place, peer, message, about] = [run.part(i, PLACE), run.part(i, PEER), run.part(i, MESSAGE), run.part(i, KEY)];
        const isOfAll = place === -1;
        if (node !== -1 && !isOfAll && place !== node && peer !== node) continue;
        if (kind !== -1 && message !== kind && FLIGHTS.has(name)) continue;
        if (key !== -1 && about !== key && FLIGHTS.has(name)) continue;
        const line = this.lines.at(-1);
        if (line && run.part(line.first, STEP) === run.part(i, STEP)) line.last = i;
        else this.lines.push({ first: i, last: i });
        this.rows[i] = this.lines.length - 1;
        stops.push(i);
      }
      this.stops = Int32Array.from(stops);
      this.cursor = this.nearest(event);
      this.#measure();
    }

    /** The last stop that is not after an event. @param {number} event */
    nearest(event) {
      let [low, high] = [0, this.stops.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (/** @type {number} */ (this.stops[middle]) <= event) low = middle + 1;
        else high = middle;
      }
      return Math.max(0, low - 1);
    }

    /** @param {number} stop */
    moveTo(stop) {
      this.cursor = Math.max(0, Math.min(this.stops.length - 1, stop));
      this.#reveal();
      this.draw();
      this.#tell();
    }

    /** Brings the cursor's row into view, where it is not. */
    #reveal() {
      const row = this.rows[this.event] ?? -1;
      if (row < 0) return;
      const top = row * ROW;
      const height = this.#height - HEAD;
      if (top < this.#scrolled + ROW) this.#scrollTo(Math.max(0, top - 2 * ROW));
      else if (top + 2.5 * ROW > this.#scrolled + height) this.#scrollTo(top - height + 4 * ROW);
    }

    /** @param {number} top */
    #scrollTo(top) {
      this.#scrolled = Math.max(0, Math.min(top, this.#full - this.#height));
      this.scroller.scrollTop = this.#scrolled;
    }

    #later() {
      const { scrollTop } = this.scroller;
      if (Math.abs(scrollTop - this.#scrolled) < 1) return; // it was scrolled by the cursor, and is drawn
      this.#scrolled = scrollTop;
      cancelAnimationFrame(this.#drawing);
      this.#drawing = requestAnimationFrame(() => this.draw());
    }

    // What the page says of the diagram's size and place, kept here: to ask it in each step would cost a layout.
    #scrolled = 0;
    #height = 500;
    #full = 0;
    #width = 0;
    #column = 0;

    /** The room that the page has for the diagram has changed, or what there is to draw. */
    #measure() {
      const { run, scroller } = this;
      if (!scroller.isConnected) return;
      this.#full = (this.lines.length + 1) * ROW + HEAD;
      this.room.style.height = `${this.#full}px`;
      scroller.style.maxHeight = `${this.#full + 16}px`; // a short run leaves no empty room
      const [wide, high] = [scroller.clientWidth, scroller.clientHeight];
      const width = Math.max(wide, TIMES + run.places.length * COLUMN);
      this.#height = high;
      if (width !== this.#width) {
        this.#width = width;
        this.#column = (width - TIMES) / Math.max(1, run.places.length);
        this.room.style.width = `${width}px`;
        this.names.replaceChildren(
          element("span", { class: "dlp-unit", style: `width:${TIMES}px` }, run.inSteps ? "step" : "ms"),
          ...run.places.map((place, i) => element("span", { class: i < run.clients ? "dlp-client" : "", style: `width:${this.#column}px` }, place)),
        );
      }
      this.#scrolled = scroller.scrollTop;
      this.draw();
    }

    /** @param {number} place @param {number} width */
    #x(place, width) {
      return TIMES + ((width - TIMES) * (place + 0.5)) / Math.max(1, this.run.places.length);
    }

    /** @param {MouseEvent} event */
    #clicked(event) {
      const box = this.canvas.getBoundingClientRect();
      const row = Math.floor((event.clientY - box.top) / ROW + this.#top);
      const line = this.lines[row];
      if (line === undefined || event.clientY < box.top) return;
      // Of the events of the step, the one at the node that was clicked.
      const width = this.#width;
      const x = event.clientX - this.room.getBoundingClientRect().left;
      let best = line.first;
      let distance = Infinity;
      for (let i = line.first; i <= line.last; i++) {
        if ((this.rows[i] ?? -1) < 0) continue;
        const isSend = this.run.kindOf(i) === "send";
        const away = Math.abs(this.#x(this.run.part(i, isSend ? PEER : PLACE), width) - x);
        if (away < distance - 1) [best, distance] = [i, away];
      }
      this.host.moved(this, this.nearest(best));
    }

    #top = 0;

    draw() {
      const [width, column] = [this.#width, this.#column];
      if (width === 0) return;
      const rowsHigh = Math.ceil(this.#height / ROW) + 3;
      const top = Math.max(0, Math.floor(this.#scrolled / ROW) - 2);
      const bottom = Math.min(this.lines.length - 1, top + rowsHigh);
      this.#top = top;
      const height = (bottom - top + 2) * ROW;
      this.canvas.setAttribute("width", String(width));
      this.canvas.setAttribute("height", String(height));
      this.canvas.style.top = `${HEAD + top * ROW}px`;
      this.canvas.innerHTML = this.#picture(top, bottom, width, column, height);
    }

    /**
     * The rows from `top` to `bottom` as markup. The run's own texts go in escaped.
     * @param {number} top @param {number} bottom @param {number} width @param {number} column @param {number} height
     */
    #picture(top, bottom, width, column, height) {
      const { run, lines, rows } = this;
      if (bottom < top) return `<text class="dlp-quiet" x="${TIMES}" y="24">No event passes the filter.</text>`;
      const first = /** @type {{ first: number }} */ (lines[top]).first;
      const last = /** @type {{ last: number }} */ (lines[bottom]).last;
      const now = this.event;
      const end = run.last[now] ?? now;
      const x = (/** @type {number} */ place) => this.#x(place, width);
      const y = (/** @type {number} */ row) => (row - top + 0.5) * ROW;
      /** The row at or before an event, for what is hidden itself. @param {number} event */
      const rowAt = (event) => event === Infinity || event >= run.events.length ? lines.length : rows[this.stops[this.nearest(event)] ?? 0] ?? 0;
      /** @type {string[]} */
      const under = [];
      /** @type {string[]} */
      const over = [];
      const cursorRow = rows[now] ?? -1;

      for (const cut of run.cuts) {
        if (cut.from > last || cut.to < first) continue;
        const [from, to] = [y(rowAt(cut.from)), Math.min(height, y(rowAt(cut.to)))];
        under.push(`<rect class="dlp-cut" x="${TIMES}" y="${from}" width="${width - TIMES}" height="${Math.max(2, to - from)}"/>`);
      }
      if (cursorRow >= top && cursorRow <= bottom) {
        under.push(`<rect class="dlp-cursor" x="0" y="${y(cursorRow) - ROW / 2 + 1}" width="${width}" height="${ROW - 2}" rx="4"/>`);
      }
      if (this.difference >= 0 && this.difference <= run.events.length) {
        const row = this.difference >= run.events.length ? lines.length : rowAt(this.difference);
        if (row >= top && row <= bottom + 1) {
          const at = y(row) - ROW / 2;
          under.push(`<line class="dlp-difference" x1="0" x2="${width}" y1="${at}" y2="${at}"/>`);
          over.push(`<text class="dlp-difference-words" x="${width - 6}" y="${at - 4}" text-anchor="end">first difference</text>`);
        }
      }
      run.places.forEach((_, place) => {
        under.push(`<line class="${place < run.clients ? "dlp-line dlp-dashed" : "dlp-line"}" x1="${x(place)}" x2="${x(place)}" y1="0" y2="${height}"/>`);
        const list = run.ups[place] ?? [];
        for (let k = Math.max(0, lastUpTo(list, first)); k < list.length; k++) {
          const { event, how } = /** @type {{ event: number, how: string }} */ (list[k]);
          if (event > last) break;
          if (how === "up") continue;
          const [from, to] = [Math.max(0, y(rowAt(event))), Math.min(height, y(rowAt(list[k + 1]?.event ?? Infinity)))];
          under.push(`<rect class="dlp-${how}" x="${x(place) - 9}" y="${from}" width="18" height="${Math.max(2, to - from)}"/>`);
        }
      });

      // What is said of single events has its place first, and the words of arrows find theirs beside it.
      /** @type {string[]} */
      const marks = [];
      /** @type {Box[]} */
      const taken = [];
      let lastTime = top === 0 ? "" : timeText(run, lines[top - 1]?.first ?? 0);
      for (let row = top; row <= bottom; row++) {
        const line = /** @type {{ first: number, last: number }} */ (lines[row]);
        const time = timeText(run, line.first);
        if (time !== lastTime) under.push(`<text class="dlp-time" x="${TIMES - 12}" y="${y(row) + 4}" text-anchor="end">${time}</text>`);
        lastTime = time;
        const shown = range(line.first, line.last).filter((i) => (rows[i] ?? -1) >= 0);
        const stack = shown.filter((i) => run.hasSign(i));
        for (const i of shown) {
          const { markup, box } = this.#mark(i, x(run.part(i, PLACE)), y(row), width, column, stack);
          if (markup !== "") marks.push(`<g class="${i > end ? "dlp-later" : ""}${i === now ? " dlp-now" : ""}">${markup}</g>`);
          if (box) taken.push(box);
        }
      }

      const arrows = run.arrowsIn(first, last).filter((arrow) => (rows[arrow.start] ?? -1) >= 0 || (arrow.end < rows.length && (rows[arrow.end] ?? -1) >= 0));
      // The message of the moment comes first, so that it has the room that it needs.
      const isOfNow = (/** @type {Arrow} */ { start, end }) => start === now || end === now;
      arrows.sort((one, other) => Number(isOfNow(other)) - Number(isOfNow(one)));
      for (const arrow of arrows.slice(0, MOST_ARROWS)) over.push(this.#arrow(arrow, { x, y, rowAt, column, end, now, first, last, taken }));
      if (arrows.length > MOST_ARROWS) over.push(`<text class="dlp-quiet" x="${TIMES + 4}" y="14">${arrows.length - MOST_ARROWS} more messages pass here</text>`);
      over.push(...marks);
      return under.join("") + over.join("");
    }

    /**
     * @param {Arrow} arrow
     * @param {{ x(place: number): number, y(row: number): number, rowAt(event: number): number, column: number, end: number, now: number, first: number, last: number, taken: Box[] }} place
     */
    #arrow(arrow, { x, y, rowAt, column, end, now, first, last, taken }) {
      const { run } = this;
      const [x1, y1] = [x(arrow.from), y(rowAt(arrow.start))];
      const isOpen = arrow.end === Infinity;
      let [x2, y2] = [x(arrow.to), isOpen ? Math.max(y1 + 1.5 * ROW, y(this.lines.length - 1) + ROW / 2) : y(rowAt(arrow.end))];
      const isCall = arrow.kind === -1;
      const hue = isCall ? "dlp-h6" : `dlp-h${hueOf(run, arrow.kind)}`;
      const isNow = arrow.start === now || arrow.end === now;
      const passes = arrow.start < first && arrow.end > last ? " dlp-passing" : "";
      const isUnderWay = arrow.start <= end && arrow.end > end;
      const later = arrow.start > end ? " dlp-later" : "";
      const classes = `dlp-arrow ${hue}${later}${passes}${isNow ? " dlp-now" : ""}${isUnderWay ? " dlp-under-way" : ""}${isCall ? " dlp-call" : ""}${arrow.copy > 0 ? " dlp-copy" : ""}`;
      if (arrow.from === arrow.to) {
        return `<g class="${classes}"><path d="M${x1},${y1} q22,3 0,${Math.max(8, y2 - y1)}"/></g>`;
      }
      if (y2 - y1 < 3 && arrow.how !== "delivered") y2 = y1 + ROW * 0.5; // lost as soon as it was sent
      const share = arrow.how === "lost" ? 0.66 : arrow.how === "partitioned" ? 0.5 : isOpen ? 0.9 : 1;
      [x2, y2] = [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
      const length = Math.hypot(x2 - x1, y2 - y1) || 1;
      const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
      const parts = [`<line x1="${px(x1 + dx * 3)}" y1="${px(y1 + dy * 3)}" x2="${px(x2 - dx * 7)}" y2="${px(y2 - dy * 7)}"/>`];
      if (arrow.how === "delivered") parts.push(`<path class="dlp-head" d="${head(x2, y2, dx, dy)}"/>`);
      else if (isOpen) parts.push(`<path class="dlp-head" d="${head(x2, y2, dx, dy)}"/>`);
      else if (arrow.how === "unhandled") parts.push(`<circle class="dlp-hollow" cx="${px(x2 - dx * 5)}" cy="${px(y2 - dy * 5)}" r="4"/>`);
      else parts.push(`<path class="dlp-cross" d="M${px(x2 - 4.5)},${px(y2 - 4.5)}l9,9m0,-9l-9,9"/>`);
      // The words stand in the last gap before the receiver, so that those of a broadcast stand apart.
      const steep = Math.abs(dy) > 0.86;
      const room = Math.min(length - 16, steep ? 999 : Math.abs(column / (dx || 1)) - 14);
      const full = run.texts[arrow.words] ?? "";
      const short = isCall ? full : run.texts[arrow.kind] ?? full;
      const words = isNow ? cut(full, room) || cut(short, room) : full.length * 6 <= room ? full : cut(short, room);
      if (words !== "" && !steep) {
        const gap = Math.abs(column / (dx || 1));
        const place = (/** @type {number} */ back) => ({ tx: x2 - dx * back, ty: y2 - dy * back });
        const places = Array.from({ length: Math.max(1, Math.round(length / gap)) }, (_, k) => place(Math.min(length / 2 + k * gap, (k + 0.5) * gap)));
        /** Five points along the words, and how far each speaks for. @param {{ tx: number, ty: number }} at */
        const points = ({ tx, ty }) => range(-2, 2).map((k) => ({ x: tx + (dx * k * words.length * 6) / 5, y: ty + (dy * k * words.length * 6) / 5 - 8 }));
        const free = places.find((at) => !points(at).some((point) => taken.some((box) => isIn(box, point.x, point.y))));
        // Where all of it is taken, only the message of the moment says what it is.
        if (!free && !isNow) return `<g class="${classes}">${parts.join("")}</g>`;
        const at = free ?? place(Math.min(length / 2, gap / 2));
        const half = (words.length * 6) / 10 + 8;
        for (const point of points(at)) taken.push({ left: point.x - half, right: point.x + half, top: point.y - 11, bottom: point.y + 11 });
        const { tx, ty } = at;
        const angle = (Math.atan2(dy, dx) * 180) / Math.PI + (dx < 0 ? 180 : 0);
        parts.push(`<text x="${px(tx)}" y="${px(ty - 4)}" text-anchor="middle" transform="rotate(${px(angle)} ${px(tx)} ${px(ty)})">${escape(words)}</text>`);
      }
      return `<g class="${classes}">${parts.join("")}</g>`;
    }

    /**
     * An event on a node's line, and the room that its words take.
     * @param {number} i @param {number} x @param {number} y @param {number} width @param {number} column
     * @param {number[]} stack the events of one moment that have signs
     * @returns {{ markup: string, box?: Box }}
     */
    #mark(i, x, y, width, column, stack) {
      const { run } = this;
      const kind = run.kindOf(i);
      const words = run.texts[run.part(i, WORDS)] ?? "";
      if (kind === "send" || kind === "invoke") return { markup: `<circle class="dlp-dot" cx="${x}" cy="${y}" r="2.6"/>` };
      if (kind === "deliver" || kind === "return" || (kind === "request" && run.part(i, FLIGHT) !== -1)) return { markup: `<circle class="dlp-dot" cx="${x}" cy="${y}" r="3.4"/>` };
      if (kind === "drop" || kind === "call-lost") return { markup: "" };
      if (kind === "violation") {
        const said = cut(words, width - TIMES - 20);
        return { markup: `<line class="dlp-alarm" x1="${TIMES}" x2="${width}" y1="${y}" y2="${y}"/><text class="dlp-alarm-words" x="${TIMES + 6}" y="${y - 5}">${escape(said)}</text>`, box: boxOf(said, TIMES + 6, y - 9) };
      }
      if (kind === "cut" || kind === "heal") {
        const said = cut(kind === "cut" ? run.say(i) : "links work again", width - TIMES - 12);
        return { markup: `<text class="dlp-cut-words" x="${TIMES + 6}" y="${y + 4}">${escape(said)}</text>`, box: boxOf(said, TIMES + 6, y) };
      }
      const sign = MARKS[kind];
      if (sign === undefined) return { markup: "" };
      const said = kind === "decide" ? `decides ${words}` : kind === "crash" ? "crashes" : kind === "restart" ? "restarts" : kind === "write" || kind === "flushed" ? "" : kind === "pause" ? "paused" : kind === "resume" ? "goes on" : kind === "give-up" ? "gives up" : kind === "reply" ? `answers ${words}` : words;
      // What comes at one moment stands above and below, and smaller; of three and more the words of two.
      const rank = stack.indexOf(i);
      const isTight = rank >= 0 && stack.length > 1;
      const shift = !isTight ? 0 : rank === 0 ? -6.5 : 7;
      const drawn = `<path class="dlp-sign dlp-sign-${kind}" d="${sign}" transform="translate(${x} ${y + shift})${isTight ? " scale(0.75)" : ""}"/>`;
      // Words that the right edge would cut stand at the left, where there is more room.
      const [before, after] = [Math.min(x - TIMES - 12, column * 1.6), Math.min(width - x - 12, column * 1.6)];
      const isBefore = said.length * 6 > after && before > after;
      const shown = cut(said, isBefore ? before : after);
      if (rank > 1 || shown === "") return { markup: drawn };
      const from = isBefore ? x - 9 : x + 9;
      const text = `<text class="dlp-mark dlp-mark-${kind}" x="${from}"${isBefore ? ' text-anchor="end"' : ""} y="${y + 4 + shift}">${escape(shown)}</text>`;
      return { markup: drawn + text, box: boxOf(shown, isBefore ? from - shown.length * 6 : from, y + shift) };
    }

    // What is known at the cursor.

    #tell() {
      const { run } = this;
      const now = this.event;
      if (now < 0) return this.facts.replaceChildren();
      const [first, last] = [run.first[now] ?? now, run.last[now] ?? now];
      const step = run.part(now, STEP);
      const parts = [element("p", { class: "dlp-said" }, element("span", { class: "dlp-when" }, run.inSteps ? `step ${step}` : `${run.time(run.part(now, AT))} · step ${step}`), sentenceOf(run.say(now)))];
      const inputs = [];
      for (let i = first; i <= last; i++) if (run.kindOf(i) !== "change") inputs.push(i);
      const acting = run.part(inputs[0] ?? now, PLACE);
      const { acted, others } = run.changes ? this.#states(acting, first, last) : { acted: [], others: [] };
      parts.push(...acted, this.#underWay(last), this.#forks(acting, last, step), ...others);
      if (!run.changes) parts.push(element("p", { class: "dlp-quiet-words" }, "States of nodes were not recorded. ", element("code", {}, "simulate({ ..., changes: true })"), " records them."));
      this.facts.replaceChildren(...parts);
    }

    /** @param {number} acting @param {number} first @param {number} last */
    #states(acting, first, last) {
      const { run } = this;
      const nodes = run.places.map((_, place) => place).filter((place) => place >= run.clients);
      const changed = nodes.filter((place) => this.#differs(place, first, last));
      const order = [...new Set([...(acting >= run.clients ? [acting] : []), ...changed, ...nodes])].slice(0, MOST_LISTED);
      const rows = order.map((place) => {
        const before = run.stateAfter(place, first - 1);
        const after = run.stateAfter(place, last);
        const how = run.howAfter(place, last);
        const fields = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
        const isWhole = place === acting || changed.includes(place);
        const values = fields.map((field) => {
          const [old, is] = [before?.get(field), after?.get(field)];
          const name = element("span", { class: "dlp-field" }, run.texts[field] ?? "");
          const text = (/** @type {number | undefined} */ value) => (value === undefined ? "none" : run.texts[value] ?? "");
          if (old === is) return element("li", {}, name, element("span", {}, text(is)));
          return element("li", { class: "dlp-changed" }, name,
            element("span", {}, element("del", {}, text(old)), element("span", { class: "dlp-to", "aria-label": "becomes" }, " → "), element("ins", {}, text(is))));
        });
        const isActing = place === acting;
        return element("li", { class: isActing ? "dlp-acting" : "" },
          element("span", { class: "dlp-node" }, run.places[place] ?? "", how === "up" ? "" : element("em", {}, ` ${how}`)),
          element("ul", { class: isWhole ? "" : "dlp-brief" }, ...(values.length === 0 ? [element("li", { class: "dlp-quiet-words" }, how === "down" ? "nothing but its disk" : "no state yet")] : values)));
      });
      const more = nodes.length - order.length;
      if (more > 0) rows.push(element("li", { class: "dlp-quiet-words" }, `and ${more} more nodes`));
      const foremost = order.filter((place) => place === acting || changed.includes(place)).length;
      // All names stand in one column, as wide as the longest; very long ones break.
      const who = Math.min(8, Math.max(3.6, 0.62 * Math.max(...order.map((place) => (run.places[place] ?? "").length)) + 0.6));
      const section = (/** @type {string} */ title, /** @type {HTMLElement[]} */ of) =>
        of.length === 0 ? [] : [element("section", {}, element("p", { class: "dlp-part" }, title), element("ul", { class: "dlp-states", style: `--who:${who}em` }, ...of))];
      return {
        acted: section("State, before → after", rows.slice(0, foremost)),
        others: section(foremost > 0 ? "Other nodes" : "States", rows.slice(foremost)),
      };
    }

    /** Whether a step changes a node's state. @param {number} place @param {number} first @param {number} last */
    #differs(place, first, last) {
      const list = this.run.states[place] ?? [];
      return (list[lastUpTo(list, last)]?.event ?? -1) >= first;
    }

    /** @param {number} last */
    #underWay(last) {
      const { run, host } = this;
      const all = run.underWay(last);
      const items = all.slice(0, MOST_LISTED).map((arrow) => {
        const way = `${run.places[arrow.from] ?? "?"} → ${run.places[arrow.to] ?? "?"}`;
        const words = run.texts[arrow.words] ?? "";
        const kind = arrow.kind === -1 ? 6 : hueOf(run, arrow.kind);
        const buttons = arrow.id > 0 && host.canFork ? [
          button("lose", `Fork: lose message ${arrow.id}`, () => host.fork(this, { drop: arrow.id })),
          button("next", `Fork: message ${arrow.id} arrives next`, () => host.fork(this, { first: arrow.id })),
        ] : [];
        return element("li", {},
          element("span", { class: `dlp-chip dlp-h${kind}` }, arrow.id > 0 ? `#${arrow.id}` : "call"),
          element("span", { class: "dlp-words", title: words }, `${way}  ${words}`), ...buttons);
      });
      const more = all.length - items.length;
      return element("section", {},
        element("p", { class: "dlp-part" }, `Under way: ${all.length === 0 ? "nothing" : all.length === 1 ? "1 message" : `${all.length} messages`}`),
        ...(all.length === 0 ? [] : [element("ul", { class: "dlp-flights" }, ...items, ...(more > 0 ? [element("li", { class: "dlp-quiet-words" }, `and ${more} more`)] : []))]));
    }

    /** @param {number} acting @param {number} last @param {number} step */
    #forks(acting, last, step) {
      const { run, host } = this;
      if (!host.canFork) return element("section", {});
      const up = run.places.map((_, place) => place).filter((place) => place >= run.clients && run.howAfter(place, last) !== "down");
      const parts = [];
      if (up.length > 0) {
        const choice = /** @type {HTMLSelectElement} */ (element("select", { "aria-label": "Node to crash" }, ...up.map((place) => element("option", { value: String(place) }, run.places[place] ?? ""))));
        if (up.includes(acting)) choice.value = String(acting);
        parts.push(element("span", { class: "dlp-group" }, button("crash", "Fork: crash the node now", () => host.fork(this, { crash: run.places[Number(choice.value)] ?? "" })), choice));
      }
      const seed = /** @type {HTMLInputElement} */ (element("input", { type: "number", value: String(this.seed), min: "0", step: "1", "aria-label": "Seed from here on" }));
      seed.addEventListener("change", () => (this.seed = Math.max(0, Math.floor(Number(seed.value)) || 0)));
      parts.push(element("span", { class: "dlp-group" }, button("seed", "Fork: another seed from here on", () => host.fork(this, { seed: this.seed })), seed));
      return element("section", { class: "dlp-forks" }, element("p", { class: "dlp-part" }, `Fork after step ${step}`), element("div", {}, ...parts));
    }

    /** The seed that the next fork is offered. */
    seed = 2;
    /** The run as it came, for a player that goes on with it. @type {Packed | null} */
    packed = null;
  }

  /** What the kind filter and the key filter look at: all else is kept, so that faults and decisions stay in sight. */
  const FLIGHTS = new Set(["send", "deliver", "drop", "timer", "request", "invoke"]);

  /** Signs of what happens at one node. @type {{ [kind: string]: string }} */
  const MARKS = {
    timer: "M-4,-4h8v8h-8z",
    request: "M-4,-5l9,5l-9,5z",
    reply: "M4,-5l-9,5l9,5z",
    decide: "M0,-6l6,6l-6,6l-6,-6z",
    write: "M6,3h7v7h-7zM8,3v3h3v-3", // a disk
    flushed: "M6,3h7v7h-7zM8,3v3h3v-3",
    crash: "M-5,-5l10,10m0,-10l-10,10",
    restart: "M0,-5a5,5 0 1 0 5,5",
    pause: "M-3,-5v10m6,-10v10",
    resume: "M-3,-5l7,5l-7,5z",
    stall: "M-4,-4h8v8h-8z",
    skew: "M-4,-4h8v8h-8z",
    slow: "M-4,-4h8v8h-8z",
    "give-up": "M-5,-5l10,10m0,-10l-10,10",
  };

  /** @param {Run} run @param {number} i */
  function timeText(run, i) {
    const at = run.part(i, AT);
    return run.inSteps ? String(at) : at.toFixed(at < 1000 ? 2 : 1);
  }

  /** The colour of a kind of message: kinds get theirs in the order in which they come. @param {Run} run @param {number} kind */
  function hueOf(run, kind) {
    let hues = huesOf.get(run);
    if (!hues) {
      huesOf.set(run, (hues = new Map()));
      for (const { kind: each } of [...run.arrows].sort((one, other) => one.start - other.start)) {
        const name = run.texts[each];
        if (name !== undefined && !hues.has(each)) hues.set(each, hues.size % 6);
      }
    }
    return hues.get(kind) ?? 6;
  }
  /** @type {WeakMap<Run, Map<number, number>>} */
  const huesOf = new WeakMap();

  /** The point of an arrow. @param {number} x @param {number} y @param {number} dx @param {number} dy */
  function head(x, y, dx, dy) {
    const [bx, by] = [x - dx * 4, y - dy * 4];
    const corner = (/** @type {number} */ aside) => `${px(bx - dx * 8 - dy * aside)},${px(by - dy * 8 + dx * aside)}`;
    return `M${px(bx)},${px(by)}L${corner(3.6)}L${corner(-3.6)}Z`;
  }

  /** The room of words in a line, with a margin. @param {string} words @param {number} left @param {number} middle @returns {Box} */
  function boxOf(words, left, middle) {
    return { left: left - 6, right: left + words.length * 6 + 6, top: middle - 10, bottom: middle + 10 };
  }

  /** @param {Box} box @param {number} x @param {number} y */
  function isIn({ left, right, top, bottom }, x, y) {
    return x > left && x < right && y > top && y < bottom;
  }

  /** A length to a tenth of a pixel. @param {number} value */
  function px(value) {
    return Math.round(value * 10) / 10;
  }

  /** All whole numbers from one to another. @param {number} first @param {number} last */
  function range(first, last) {
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  }

  /** As much of a text as a length holds. @param {string} words @param {number} room in px */
  function cut(words, room) {
    const most = Math.floor(room / 6);
    return words.length <= most ? words : most < 5 ? "" : `${words.slice(0, most - 1)}…`;
  }

  /** @param {string} words */
  function sentenceOf(words) {
    // Names of nodes and kinds of messages keep their small letters.
    return `${/^(timer|links|the|a cut)\b/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words}.`;
  }

  /** @param {string} words */
  function escape(words) {
    return words.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  }

  /** @param {string} name @param {{ [name: string]: string }} attributes @param {(Node | string)[]} content */
  function element(name, attributes = {}, ...content) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(key, value);
    // Where the focus may be, the notebook's own keys (d d deletes a cell) keep quiet.
    if ("tabindex" in attributes || /^(button|select|input)$/.test(name)) made.setAttribute("data-lm-suppress-shortcuts", "true");
    made.append(...content);
    return made;
  }

  /** @param {string} name @param {{ [name: string]: string }} attributes */
  function svg(name, attributes) {
    const made = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", name));
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  /** A sign on a button, of 16 by 16 pixels. @param {string} path */
  function icon(path) {
    const made = svg("svg", { width: "14", height: "14", viewBox: "0 0 16 16", "aria-hidden": "true" });
    made.append(svg("path", { d: path, fill: "currentColor", stroke: "currentColor", "stroke-width": "1.5", "stroke-linejoin": "round" }));
    return made;
  }

  /** @param {Node | string} words @param {string} label @param {() => void} action */
  function button(words, label, action) {
    const made = /** @type {HTMLButtonElement} */ (element("button", { type: "button", "aria-label": label, title: label }, words));
    made.addEventListener("click", action);
    return made;
  }

  /** @param {string} label @param {(string | { words: string, value: string })[]} choices @param {(value: string) => void} chosen */
  function select(label, choices, chosen) {
    const made = /** @type {HTMLSelectElement} */ (element("select", { "aria-label": label }, ...choices.map((choice) =>
      typeof choice === "string" ? element("option", { value: choice }, choice) : element("option", { value: choice.value }, choice.words))));
    made.addEventListener("change", () => chosen(made.value));
    return { node: element("label", {}, element("span", { "aria-hidden": "true" }, label), made), select: made };
  }

  // ---------------------------------------------------------------------------------------------- the player

  /** Events in a second, and what the speed is called. */
  const SPEEDS = [[0.5, "½ a second"], [1, "1 a second"], [2, "2 a second"], [5, "5 a second"], [20, "20 a second"]];

  class Player {
    /** @type {View[]} */
    #views = [];
    #active = 0;
    /** @type {Filter} */
    #filter = { node: -1, kind: -1, key: -1 };
    #timer = 0;
    #speed = 2;
    /** The kernel's names of the runs, of those that it can fork. @type {(string | null)[]} */
    #ids;

    /**
     * @param {HTMLElement} node
     * @param {PlayerData} data
     * @param {{ ask?: Ask | null }} options
     */
    constructor(node, data, { ask = null }) {
      this.node = node;
      this.data = data;
      this.ask = ask;
      this.#ids = [data.id, null];
      this.said = element("p", { class: "dlp-live", role: "status", "aria-live": "polite" });
      this.line = element("div", { class: "dlp-code", role: "status" });
      this.views = element("div", { class: "dlp-views" });
      this.slider = /** @type {HTMLInputElement} */ (element("input", { type: "range", min: "1", step: "1", "aria-label": "Event" }));
      this.number = /** @type {HTMLInputElement} */ (element("input", { type: "number", min: "1", step: "1", "aria-label": "Number of the event" }));
      this.count = element("span", { class: "dlp-count" });
      this.play = button("Play", "Play", () => this.#toggle());
      this.jump = button("First difference", "Go to the first difference", () => this.#toDifference());
      this.slider.addEventListener("input", () => this.#go(Number(this.slider.value) - 1));
      this.number.addEventListener("change", () => this.#go(Math.floor(Number(this.number.value) || 1) - 1));
      this.bar = element("div", { class: "dlp-bar", role: "toolbar", "aria-label": "Player" },
        button(icon("M3,3v10M13,3l-8,5l8,5z"), "First event (Home)", () => this.#go(0)),
        button(icon("M11,3l-8,5l8,5z"), "Previous event (left arrow)", () => this.#move(-1)),
        this.play,
        button(icon("M5,3l8,5l-8,5z"), "Next event (right arrow)", () => this.#move(1)),
        button(icon("M3,3l8,5l-8,5zM13,3v10"), "Last event (End)", () => this.#go(Infinity)),
        this.slider, element("label", { class: "dlp-jump" }, element("span", {}, "event"), this.number), this.count, this.jump);
      const speeds = select("speed", SPEEDS.map(([value, words]) => ({ value: String(value), words: String(words) })), (value) => {
        this.#speed = Number(value);
        if (this.#timer) this.#start();
      });
      speeds.select.value = "2";
      this.filters = element("div", { class: "dlp-filters" });
      this.speeds = speeds.node;
      this.keys = element("span", { class: "dlp-keys" }, "← → event · ⇧ ← → step · Home End · space plays");
      node.classList.add("dlp");
      node.setAttribute("role", "group");
      node.setAttribute("aria-label", `Player. ${data.alt}`);
      const notes = [data.note, ...[data.run, data.beside].flatMap((run) =>
        run && run.total > run.events.length ? [`Only the first ${run.events.length.toLocaleString("en")} of ${run.total.toLocaleString("en")} events of ${run.name} are here.`] : [])];
      node.replaceChildren(
        element("p", { class: "dlp-title" }, data.title),
        ...notes.filter(Boolean).map((note) => element("p", { class: "dlp-note" }, note)),
        this.bar, this.filters, this.line, this.views, this.said);
      node.addEventListener("keydown", (event) => this.#key(event));
      this.#set(data.beside ? [data.run, data.beside] : [data.run]);
      const view = this.#view;
      if (data.at !== null) {
        const at = view.stops.findIndex((event) => view.run.part(event, STEP) >= /** @type {number} */ (data.at));
        this.#go(at < 0 ? Infinity : at, { say: false });
      } else if (this.#views.length === 2) this.#toDifference();
      else this.#go(0, { say: false });
    }

    dispose() {
      this.#stop();
      for (const view of this.#views) view.dispose();
    }

    get #view() {
      return /** @type {View} */ (this.#views[this.#active] ?? this.#views[0]);
    }

    /** @param {Packed[]} runs */
    #set(runs) {
      for (const view of this.#views) view.dispose();
      this.#views = runs.map((packed) => new View(new Run(packed), {
        moved: (view, stop) => {
          this.#choose(view);
          this.#go(stop);
        },
        chosen: (view) => this.#choose(view),
        fork: (view, change) => void this.#fork(view, change),
        canFork: this.data.id !== null,
      }));
      this.#active = 0;
      this.node.classList.toggle("dlp-pair", runs.length === 2);
      this.jump.hidden = runs.length < 2;
      this.views.replaceChildren(...this.#views.map(({ node }) => node));
      this.#makeFilters();
      this.#applyFilter();
      const [one, other] = this.#views;
      if (one && other) {
        const difference = firstDifference(one.run, other.run);
        one.difference = other.difference = difference;
        if (difference < 0) this.line.replaceChildren("Both runs are the same, event for event.");
      }
      this.#choose(this.#view);
    }

    /** @param {View} view */
    #choose(view) {
      this.#active = Math.max(0, this.#views.indexOf(view));
      for (const each of this.#views) each.node.classList.toggle("dlp-chosen", each === view && this.#views.length > 1);
      this.#showPlace();
    }

    #makeFilters() {
      const { run } = this.#view;
      const kinds = new Set(), keys = new Set();
      for (let i = 0; i < run.events.length; i++) {
        if (run.kindOf(i) === "change") continue;
        if (FLIGHTS.has(run.kindOf(i)) && run.part(i, MESSAGE) !== -1) kinds.add(run.part(i, MESSAGE));
        if (run.part(i, KEY) !== -1 && FLIGHTS.has(run.kindOf(i))) keys.add(run.part(i, KEY));
      }
      const all = { words: "all", value: "-1" };
      const offer = (/** @type {string} */ label, /** @type {"node" | "kind" | "key"} */ field, /** @type {{ words: string, value: string }[]} */ choices) =>
        select(label, [all, ...choices], (value) => {
          this.#filter = { ...this.#filter, [field]: Number(value) };
          this.#applyFilter();
          this.#go(this.#view.cursor);
        }).node;
      const texts = (/** @type {Set<number>} */ set) => [...set].slice(0, 500).map((text) => ({ value: String(text), words: run.texts[text] ?? "" }));
      this.#filter = { node: -1, kind: -1, key: -1 };
      this.filters.replaceChildren(
        offer("node", "node", run.places.map((words, i) => ({ words, value: String(i) }))),
        offer("message", "kind", texts(kinds)),
        ...(keys.size > 1 ? [offer("key", "key", texts(keys))] : []),
        this.speeds, this.keys);
    }

    #applyFilter() {
      const [first, ...others] = this.#views;
      if (!first) return;
      first.filter(this.#filter);
      // Each run has tables of its own: the filter goes over by name.
      for (const view of others) {
        const by = (/** @type {number} */ at) => (at === -1 ? -1 : orElse(view.run.texts.indexOf(first.run.texts[at] ?? ""), -2));
        const node = this.#filter.node === -1 ? -1 : orElse(view.run.places.indexOf(first.run.places[this.#filter.node] ?? ""), -2);
        view.filter({ node, kind: by(this.#filter.kind), key: by(this.#filter.key) });
      }
    }

    /** @param {number} stop @param {{ say?: boolean }} options */
    #go(stop, { say = true } = {}) {
      const view = this.#view;
      view.moveTo(Math.max(0, Math.min(view.stops.length - 1, stop)));
      for (const other of this.#views) if (other !== view) this.#follow(other, view);
      this.#showPlace();
      if (say && view.event >= 0) this.said.textContent = `Event ${view.cursor + 1} of ${view.stops.length}, ${view.run.time(view.run.part(view.event, AT))}: ${view.run.say(view.event)}.`;
    }

    /** The other run stands at the same event as long as both are the same, and then at the same time. @param {View} other @param {View} view */
    #follow(other, view) {
      const common = view.difference < 0 ? Infinity : view.difference;
      if (view.event < common) return other.moveTo(other.nearest(view.event));
      const at = view.run.part(view.event, AT);
      let [low, high] = [0, other.stops.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (other.run.part(/** @type {number} */ (other.stops[middle]), AT) <= at) low = middle + 1;
        else high = middle;
      }
      let to = Math.max(0, low - 1);
      while (to > 0 && other.run.part(other.stops[to - 1] ?? 0, STEP) === other.run.part(other.stops[to] ?? 0, STEP)) to--;
      other.moveTo(Math.max(other.nearest(common), to));
    }

    #showPlace() {
      const { stops, cursor } = this.#view;
      this.slider.max = this.number.max = String(Math.max(1, stops.length));
      this.slider.value = this.number.value = String(stops.length === 0 ? 1 : cursor + 1);
      this.slider.setAttribute("aria-valuetext", `event ${cursor + 1} of ${stops.length}`);
      this.count.textContent = `of ${stops.length.toLocaleString("en")}`;
    }

    /** @param {number} by */
    #move(by) {
      this.#go(this.#view.cursor + by);
    }

    /** @param {number} by */
    #moveStep(by) {
      const { stops, cursor, run } = this.#view;
      const step = run.part(this.#view.event, STEP);
      let to = cursor;
      while (to >= 0 && to < stops.length && run.part(/** @type {number} */ (stops[to]), STEP) === step) to += by;
      // Backward, too, to the first event of the step.
      if (by < 0) while (to > 0 && run.part(/** @type {number} */ (stops[to - 1]), STEP) === run.part(stops[to] ?? 0, STEP)) to--;
      this.#go(to);
    }

    #toDifference() {
      const view = this.#view;
      if (view.difference < 0) return this.#go(view.cursor);
      const at = view.nearest(view.difference);
      this.#go(/** @type {number} */ (view.stops[at]) < view.difference ? at + 1 : at);
    }

    #toggle() {
      if (this.#timer) this.#stop();
      else {
        if (this.#view.cursor >= this.#view.stops.length - 1) this.#go(0);
        this.#start();
      }
    }

    #start() {
      clearInterval(this.#timer);
      this.said.setAttribute("aria-live", "off"); // nobody can listen as fast as it plays
      this.play.replaceChildren("Pause");
      this.play.setAttribute("aria-label", "Pause");
      this.#timer = window.setInterval(() => {
        if (!this.node.isConnected || this.#view.cursor >= this.#view.stops.length - 1) this.#stop();
        else this.#move(1);
      }, 1000 / this.#speed);
    }

    #stop() {
      clearInterval(this.#timer);
      this.#timer = 0;
      this.said.setAttribute("aria-live", "polite");
      this.play.replaceChildren("Play");
      this.play.setAttribute("aria-label", "Play");
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.ctrlKey || event.metaKey || event.altKey || target.matches("select, input[type=number]")) return;
      // Where the facts are longer than their place, these keys scroll them.
      if (target.matches(".dlp-facts") && /^(Arrow(Up|Down)|Page)/.test(event.key)) return;
      const isButton = target.matches("button, summary");
      const by = event.shiftKey ? (/** @type {number} */ way) => this.#moveStep(way) : (/** @type {number} */ way) => this.#move(way);
      /** @type {{ [key: string]: (() => void) | undefined }} */
      const actions = {
        ArrowRight: () => by(1),
        ArrowDown: () => by(1),
        ArrowLeft: () => by(-1),
        ArrowUp: () => by(-1),
        PageDown: () => this.#move(10),
        PageUp: () => this.#move(-10),
        Home: () => this.#go(0),
        End: () => this.#go(Infinity),
        " ": isButton ? undefined : () => this.#toggle(),
        // Back to the notebook, whose keys then work again.
        Escape: () => /** @type {HTMLElement | null} */ (this.node.closest(".jp-Cell"))?.focus(),
      };
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      if (event.key !== " ") this.#stop();
      action();
    }

    /** @param {View} view @param {Omit<Change, "step">} what */
    async #fork(view, what) {
      this.#stop();
      const at = this.#views.indexOf(view);
      const step = view.run.part(view.event, STEP);
      const change = { step, ...what };
      const source = at === 0 ? this.data.variable : "fork";
      const code = `${source}.fork({ ${Object.entries(change).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")} })`;
      const id = this.#ids[at] ?? null;
      if (this.ask === null || id === null) return this.#showCode(code, "");
      this.line.replaceChildren("The kernel runs the fork…");
      let answer;
      try {
        answer = await this.ask({ run: id, change, limit: this.data.limit });
      } catch (error) {
        answer = { problem: error instanceof Error ? error.message : String(error) };
      }
      if (!answer.run) return this.#showCode(code, answer.problem ?? "the kernel gave no answer");
      const original = at === 0 ? this.data.run : view.packed ?? this.data.run;
      this.#ids = [id, answer.id ?? null];
      this.#showCode(code, null);
      this.#set([original, answer.run]);
      for (const [i, packed] of [original, answer.run].entries()) {
        const each = this.#views[i];
        if (each) each.packed = packed;
      }
      this.#toDifference();
      this.#view.scroller.focus({ preventScroll: true });
    }

    /** The line of code that makes a fork; with the reason why the page does not. @param {string} code @param {string | null} problem */
    #showCode(code, problem) {
      const text = element("code", { tabindex: "0" }, code);
      const why = problem === null ? "This fork in code:" : problem === "" ? "No kernel is here to make the fork. In a cell:" : `The fork was not made: ${problem}. In a cell:`;
      this.line.replaceChildren(element("span", {}, why), text, button("copy", "Copy the line of code", () => void navigator.clipboard?.writeText(code)));
    }
  }

  /** @param {number} value @param {number} otherwise */
  function orElse(value, otherwise) {
    return value < 0 ? otherwise : value;
  }

  /** The number of the first event that two runs do not share, or -1. @param {Run} one @param {Run} other */
  function firstDifference(one, other) {
    const length = Math.max(one.events.length, other.events.length);
    for (let i = 0; i < length; i++) if (one.identity(i) !== other.identity(i)) return i;
    return -1;
  }

  // ---------------------------------------------------------------------------------------------- its looks

  const LIGHT = `--paper:#fff;--ink:#1f2328;--quiet:#59636e;--rule:#d9dee3;--shade:#f3f5f7;--down:#dfe3e8;--alarm:#b42318;--cut:#fdf0d5;
    --cut-ink:#7a5600;--accent:#0b5fa5;--cursor:#e4effa;--changed:#e2f4ea;--h0:#0b5fa5;--h1:#b04a00;--h2:#00714e;--h3:#9a3d7a;--h4:#5f46ad;--h5:#7a5600;--h6:#4a5560`;
  const DARK = `--paper:#111;--ink:#e6e8eb;--quiet:#a9b2bc;--rule:#343a41;--shade:#1b1f23;--down:#353c43;--alarm:#ff8f86;--cut:#3a2f14;
    --cut-ink:#e3c25b;--accent:#6cb6ff;--cursor:#1b2f43;--changed:#16352a;--h0:#6cb6ff;--h1:#f5a667;--h2:#4fd0a5;--h3:#ee9ccb;--h4:#b9a6ff;--h5:#e3c25b;--h6:#c3ccd5`;
  const STYLE = `
    .dlp{${LIGHT};color-scheme:light;box-sizing:border-box;max-width:1240px;padding:12px 14px;border:1px solid var(--rule);border-radius:8px;
      background:var(--paper);color:var(--ink);font:13px/1.45 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;container-type:inline-size}
    @media (prefers-color-scheme:dark){.dlp{${DARK};color-scheme:dark}}
    [data-jp-theme-light="true"] .dlp,[data-theme="light"] .dlp{${LIGHT};color-scheme:light}
    [data-jp-theme-light="false"] .dlp,[data-theme="dark"] .dlp{${DARK};color-scheme:dark}
    .dlp *{box-sizing:border-box}
    .dlp p,.dlp ul{margin:0;padding:0;border:0;background:none;color:inherit;font-family:inherit;letter-spacing:normal}
    .dlp p.dlp-title{font-size:15px;font-weight:650;line-height:1.35;margin:0 0 2px}
    .dlp p.dlp-part{font-size:11.5px;font-weight:600;color:var(--quiet);margin:12px 0 4px}
    .dlp .dlp-note{color:var(--quiet);font-size:12px}
    .dlp ul{list-style:none}
    .dlp-bar,.dlp-filters{display:flex;flex-wrap:wrap;align-items:center;gap:6px;margin-top:8px}
    .dlp-bar input[type=range]{flex:1 1 140px;min-width:110px;accent-color:var(--accent)}
    .dlp-filters{gap:6px 14px;color:var(--quiet);font-size:12px}
    .dlp label{display:inline-flex;align-items:center;gap:6px;margin:0;color:var(--quiet);font-size:12px}
    .dlp button,.dlp select,.dlp input[type=number]{font:inherit;font-size:12px;line-height:1.3;color:var(--ink);background:var(--shade);
      border:1px solid var(--rule);border-radius:5px;padding:3px 8px;margin:0;min-height:26px;width:auto;box-shadow:none;appearance:auto}
    .dlp button{appearance:none;cursor:pointer;white-space:nowrap}
    .dlp button svg{display:block}
    .dlp-bar button:nth-child(3){min-width:4.4em}
    .dlp button:hover{border-color:var(--accent)}
    .dlp input[type=number]{width:6.5em}
    .dlp :is(button,select,input,code,.dlp-scroller,.dlp-facts):focus-visible{outline:2px solid var(--accent);outline-offset:1px}
    .dlp [hidden]{display:none}
    .dlp-count{color:var(--quiet);font-size:12px;font-variant-numeric:tabular-nums}
    .dlp-keys{margin-left:auto}
    .dlp-code:not(:empty){display:flex;flex-wrap:wrap;align-items:center;gap:8px;margin-top:8px;padding:6px 10px;border-radius:6px;background:var(--shade);font-size:12px}
    .dlp code{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink);background:none;padding:0}
    .dlp-views{display:grid;grid-template-columns:minmax(0,1fr);gap:14px;margin-top:10px}
    .dlp-pair .dlp-views{grid-template-columns:repeat(2,minmax(0,1fr))}
    .dlp-view{min-width:0}
    .dlp p.dlp-name{display:none;font-size:12.5px;font-weight:600;margin:0 0 4px;color:var(--quiet)}
    .dlp-pair p.dlp-name{display:block}
    .dlp .dlp-chosen p.dlp-name{color:var(--accent)}
    .dlp-both{display:grid;grid-template-columns:minmax(0,1fr) minmax(250px,33%);gap:16px}
    .dlp-pair .dlp-both,.dlp-many .dlp-both{grid-template-columns:minmax(0,1fr)}
    .dlp-scroller{position:relative;height:500px;overflow:auto;border:1px solid var(--rule);border-radius:6px;background:var(--paper);overscroll-behavior:contain}
    .dlp-pair .dlp-scroller{height:400px}
    .dlp-chosen .dlp-scroller{border-color:var(--accent)}
    .dlp-room{position:relative;min-width:100%}
    .dlp-names{position:sticky;top:0;z-index:1;display:flex;height:30px;background:var(--paper);border-bottom:1px solid var(--rule);font-weight:600;line-height:29px}
    .dlp-names span{text-align:center;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;flex:none;padding:0 4px}
    .dlp-names .dlp-unit,.dlp-names .dlp-client{font-weight:400;color:var(--quiet)}
    .dlp-names .dlp-unit{text-align:right;padding-right:12px}
    .dlp-picture{position:absolute;left:0;display:block;overflow:visible;max-width:none}
    .dlp-picture text{font:11px Helvetica,Arial,"Liberation Sans",sans-serif;fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
    .dlp-picture .dlp-time,.dlp-picture .dlp-quiet{fill:var(--quiet);font-variant-numeric:tabular-nums}
    .dlp-line{stroke:var(--rule);stroke-width:1.5}
    .dlp-dashed{stroke-dasharray:3 4}
    .dlp-cursor{fill:var(--cursor)}
    .dlp-cut{fill:var(--cut)}
    .dlp-picture .dlp-cut-words{fill:var(--cut-ink)}
    .dlp-down{fill:var(--down)}
    .dlp-paused{fill:var(--down);opacity:.5}
    .dlp-difference{stroke:var(--alarm);stroke-width:1.5;stroke-dasharray:6 3}
    .dlp-picture .dlp-difference-words{fill:var(--alarm)}
    .dlp-alarm{stroke:var(--alarm);stroke-width:2}
    .dlp-picture .dlp-alarm-words{fill:var(--alarm);font-weight:bold}
    .dlp-arrow{color:var(--h6)}
    ${[0, 1, 2, 3, 4, 5, 6].map((n) => `.dlp-h${n}{color:var(--h${n})}`).join("")}
    .dlp-arrow line,.dlp-arrow path{stroke:currentColor;stroke-width:1.3;fill:none}
    .dlp-arrow .dlp-head{fill:currentColor;stroke:none}
    .dlp-arrow .dlp-cross{stroke:var(--alarm);stroke-width:2}
    .dlp-arrow .dlp-hollow{fill:var(--paper);stroke:currentColor;stroke-width:1.5}
    .dlp-arrow text{fill:currentColor}
    .dlp-arrow.dlp-call line{stroke-dasharray:7 3}
    .dlp-arrow.dlp-copy line{stroke-dasharray:2 3}
    .dlp-arrow.dlp-under-way line{stroke-width:2}
    .dlp-arrow.dlp-passing line{stroke-width:1;opacity:.3}
    .dlp-arrow.dlp-now line{stroke-width:3}
    .dlp-arrow.dlp-now text{font-weight:bold}
    .dlp-later :not(text,g){opacity:.32}
    .dlp-later text{fill:var(--quiet)}
    .dlp-dot{fill:var(--ink)}
    .dlp-sign{fill:var(--ink);stroke:var(--ink);stroke-width:1.5}
    .dlp-sign-timer{fill:var(--paper)}
    .dlp-sign-write,.dlp-sign-flushed{fill:var(--paper);stroke:var(--quiet);stroke-width:1.2}
    .dlp-sign-crash,.dlp-sign-give-up{stroke:var(--alarm);stroke-width:2.5}
    .dlp-sign-restart{fill:none}
    .dlp-picture .dlp-mark-crash{fill:var(--alarm)}
    .dlp-picture .dlp-mark-decide{font-weight:bold}
    .dlp-now .dlp-dot{r:5px}
    .dlp-picture .dlp-now .dlp-mark{font-weight:bold}
    .dlp-facts{min-width:0;font-size:12.5px;max-height:500px;overflow:auto}
    .dlp-pair .dlp-facts{max-height:none}
    .dlp-said{font-size:13.5px;font-weight:550;min-height:4.1em;overflow-wrap:anywhere}
    .dlp-when{display:block;color:var(--quiet);font-size:11.5px;font-weight:400;font-variant-numeric:tabular-nums}
    .dlp-quiet-words{color:var(--quiet);font-size:12px}
    .dlp-states>li{display:grid;grid-template-columns:var(--who) minmax(0,1fr);padding:3px 6px;border-radius:5px;border-left:3px solid transparent}
    .dlp-states>li.dlp-acting{background:var(--shade);border-left-color:var(--accent)}
    .dlp-node{font-weight:600;overflow-wrap:anywhere}
    .dlp-node em{display:block;font-weight:400;font-style:normal;font-size:11px;color:var(--alarm)}
    .dlp-states ul li{display:grid;grid-template-columns:minmax(4.5em,44%) minmax(0,1fr);gap:6px;overflow-wrap:anywhere;padding:0 3px}
    .dlp-states ul li.dlp-quiet-words{display:block}
    .dlp-states ul.dlp-brief{display:flex;flex-wrap:wrap;gap:0 12px}
    .dlp-states ul.dlp-brief li{display:inline-flex;gap:5px;max-width:100%}
    .dlp-brief .dlp-field{flex:none;overflow-wrap:normal}
    .dlp-field{color:var(--quiet)}
    .dlp-changed{background:var(--changed);border-radius:3px}
    .dlp-changed del{color:var(--quiet);text-decoration:none}
    .dlp-changed ins{font-weight:650;text-decoration:none}
    .dlp-flights li{display:flex;align-items:center;gap:6px;padding:1px 0}
    .dlp-flights .dlp-words{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .dlp-flights button{min-height:22px;padding:1px 7px;font-size:11.5px}
    .dlp-chip{flex:none;min-width:2.6em;font-variant-numeric:tabular-nums;font-weight:600}
    .dlp-forks div{display:flex;flex-wrap:wrap;gap:6px 12px}
    .dlp-group{display:inline-flex;gap:4px}
    .dlp-group input[type=number]{width:5em}
    .dlp-live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    @container (max-width:760px){.dlp-both,.dlp-pair .dlp-views{grid-template-columns:minmax(0,1fr)}.dlp-facts{max-height:none}.dlp-keys{display:none}}
    @media print{.dlp-bar,.dlp-filters,.dlp-forks,.dlp button{display:none}}
  `;

  function addStyle() {
    if (document.getElementById("distlab-player-style")) return;
    const style = element("style", { id: "distlab-player-style" }, STYLE);
    document.head.append(style);
  }

  /**
   * Fills an element with a player.
   * @param {HTMLElement} node
   * @param {PlayerData} record throws an Error for a record that is damaged or of another version
   * @param {{ ask?: Ask | null }} options
   */
  function mount(node, record, options = {}) {
    if (typeof record !== "object" || record === null || !("version" in record)) throw new Error("this is no record of a run");
    if (record.version !== VERSION) throw new Error(`the record of the run has version ${record.version}, and this player reads version ${VERSION}`);
    addStyle();
    return new Player(node, record, options);
  }

  /** @type {any} */ (window).distlabPlayer = { mount, version: VERSION };
})();
