// A straightforward judge for the same question: Wing and Gong's search with Lowe's memory as the papers give it, over
// plain objects, the set of placed operations as text. It is what the library's judge is measured against.
export function plainJudge(history, model) {
  const parts = new Map();
  for (const row of history) {
    const key = model.key(row.request);
    if (!parts.has(key)) parts.set(key, []);
    parts.get(key).push(row);
  }
  return [...parts.values()].every((rows) => judge(rows, model));
}

function judge(rows, model) {
  const events = rows.flatMap((row, id) => [
    { id, at: row.invokedAt, isCall: true },
    { id, at: row.returnedAt, isCall: false },
  ]);
  events.sort((a, b) => a.at - b.at || Number(a.isCall) - Number(b.isCall));
  const head = { next: null, isCall: false };
  const calls = [];
  let last = head;
  for (const event of events) {
    event.previous = last;
    event.next = null;
    last = last.next = event;
    if (event.isCall) calls[event.id] = event;
    else calls[event.id].match = event;
  }
  const unlink = (event) => {
    event.previous.next = event.next;
    if (event.next !== null) event.next.previous = event.previous;
  };
  const relink = (event) => {
    event.previous.next = event;
    if (event.next !== null) event.next.previous = event;
  };
  let placed = 0n;
  let state = model.initial;
  const seen = new Set();
  const stack = [];
  let event = head.next;
  while (head.next !== null) {
    if (event !== null && event.isCall) {
      const { request, result } = rows[event.id];
      const outcome = model.operations[request.kind](state, request);
      const after = placed | (1n << BigInt(event.id));
      const name = `${after.toString(36)} ${String(outcome.state)}`;
      if ((outcome.result === undefined || outcome.result === result) && !seen.has(name)) {
        seen.add(name);
        stack.push({ event, state, placed });
        state = outcome.state;
        placed = after;
        unlink(event);
        unlink(event.match);
        event = head.next;
      } else event = event.next;
    } else {
      if (stack.length === 0) return false;
      const back = stack.pop();
      ({ state, placed } = back);
      relink(back.event.match);
      relink(back.event);
      event = back.event.next;
    }
  }
  return true;
}
