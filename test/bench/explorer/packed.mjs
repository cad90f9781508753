// What the machine can do: two-phase commit with its whole state in two words of 32 bits, and nothing general about
// it. The states are those of lib/commit/specifications/two-phase.ts, so the counts must be the same.

/**
 * @param {number} managers at most 9
 * @returns {{ states: number, transitions: number }}
 */
export function packed(managers) {
  let room = 1 << 16;
  let lows = new Int32Array(room);
  let highs = new Int32Array(room);
  let states = 0;
  let table = new Int32Array(2 * room);
  const all = (1 << managers) - 1;
  let transitions = -1;

  /** @param {number} low @param {number} high */
  const hash = (low, high) => {
    let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high + 0x7f4a7c15, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    return h ^ (h >>> 12);
  };
  /** @param {number} low @param {number} high */
  const add = (low, high) => {
    transitions++;
    let slot = hash(low, high) & (table.length - 1);
    for (; table[slot] !== 0; slot = (slot + 1) & (table.length - 1)) {
      if (lows[table[slot] - 1] === low && highs[table[slot] - 1] === high) return;
    }
    lows[states] = low;
    highs[states] = high;
    table[slot] = ++states;
    if (states === room) grow();
  };
  const grow = () => {
    room *= 2;
    const [oldLows, oldHighs] = [lows, highs];
    lows = new Int32Array(room);
    highs = new Int32Array(room);
    lows.set(oldLows);
    highs.set(oldHighs);
    table = new Int32Array(2 * room);
    for (let i = 0; i < states; i++) {
      let slot = hash(lows[i], highs[i]) & (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = i + 1;
    }
  };

  // low: two bits a manager (working, prepared, committed, aborted), then the transaction manager's two (init,
  // committed, aborted), which also say which of its messages was sent. high: whom it knows to be prepared, then
  // whose message was sent.
  const tm = 2 * managers;
  add(0, 0);
  for (let at = 0; at < states; at++) {
    const low = lows[at];
    const high = highs[at];
    const phase = (low >>> tm) & 3;
    if (phase === 0) {
      if ((high & all) === all) add(low | (1 << tm), high);
      add(low | (2 << tm), high);
    }
    for (let r = 0; r < managers; r++) {
      const clear = low & ~(3 << (2 * r));
      if (phase === 0 && ((high >> (managers + r)) & 1) === 1) add(low, high | (1 << r));
      if (((low >> (2 * r)) & 3) === 0) {
        add(clear | (1 << (2 * r)), high | (1 << (managers + r)));
        add(clear | (3 << (2 * r)), high);
      }
      if (phase === 1) add(clear | (2 << (2 * r)), high);
      if (phase === 2) add(clear | (3 << (2 * r)), high);
    }
  }
  return { states, transitions };
}
