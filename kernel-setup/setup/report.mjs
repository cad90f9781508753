/** What a set-up says while it works: numbered steps, their progress, and one message when it cannot go on. */

/** A fault that the reader can mend: its message says what is wrong and what to do. Shown without a stack. */
export class SetupFault extends Error {}

/** Numbered steps on the terminal: a line that moves where there is one, plain lines in a log. */
export class Steps {
  #number = 0;
  #total;
  #interactive = process.stdout.isTTY === true;
  #title = "";
  #startedAt = 0;
  #saidAt = 0;
  #said = "";

  /** @param {number} total how many steps there will be */
  constructor(total) {
    this.#total = total;
  }

  /**
   * Runs one step and prints its title, its progress and its outcome.
   * @template T
   * @param {string} title
   * @param {(progress: (note: string) => void) => Promise<readonly [outcome: string, value: T]>} body
   *   calls `progress` with what has been reached, as often as it likes; gives the outcome in a few words
   * @returns {Promise<T>}
   */
  async step(title, body) {
    this.#number += 1;
    this.#title = title;
    this.#startedAt = this.#saidAt = Date.now();
    this.#said = "";
    let note = "";
    const ticking = setInterval(() => this.#tick(note), this.#interactive ? 200 : 5000);
    try {
      const [outcome, value] = await body((reached) => {
        note = reached;
      });
      this.#say(outcome);
      return value;
    } catch (error) {
      this.#say("stopped");
      throw error;
    } finally {
      clearInterval(ticking);
    }
  }

  /** @param {string} note */
  #tick(note) {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1000);
    const line = `${this.#head()} ${note ? `${note}, ` : ""}${seconds} s`;
    if (this.#interactive) {
      process.stdout.write(`\r\u001b[K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
    } else if (line !== this.#said && Date.now() - this.#saidAt > 4000) {
      this.#said = line;
      console.log(line);
    }
  }

  /** @param {string} outcome */
  #say(outcome) {
    const seconds = (Date.now() - this.#startedAt) / 1000;
    const time = seconds < 0.5 ? "" : ` (${seconds.toFixed(1)} s)`;
    console.log(`${this.#interactive ? "\r\u001b[K" : ""}${this.#head()} ${outcome}${time}`);
  }

  #head() {
    return `  ${this.#number}/${this.#total} ${`${this.#title} `.padEnd(24, ".")}`;
  }
}

/**
 * Runs a command line's body. A fault is told in one message and gives status 1; anything else is our own mistake and
 * is told with its stack.
 * @param {string} command how the reader started it, for "run it again"
 * @param {() => Promise<number | void>} body gives the exit status, 0 when it gives none
 * @returns {Promise<void>}
 */
export async function commandLine(command, body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof SetupFault) {
      console.error(`\n${error.message}\n`);
    } else {
      console.error(`\n${command} met an error that it does not know. Please report it with these lines:`);
      console.error(error);
    }
  }
}
