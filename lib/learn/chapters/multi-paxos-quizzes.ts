import type { Quiz } from "../quiz.js";

/** The questions of the chapter on Multi-Paxos, by name. */
export const multiPaxosQuizzes: Readonly<
  Record<"phaseOneOnce" | "commandMessages" | "adoptedLog" | "holes" | "windowAndChange" | "decidedTwice" | "staleLeader" | "forgottenSlot", Quiz>
> = {
  phaseOneOnce: {
    kind: "single",
    question: "Why does a stable leader have to run phase 1 only once?",
    options: [
      { text: "Because acceptors trust a leader that was elected.", why: "Nobody trusts anybody. Acceptors join any later ballot of anybody else, at any time." },
      { text: "Because a promise speaks of a ballot, not of a slot: one promise holds for every slot, also those that are not used yet.", right: true, why: "\"I take part in nothing before b\" can be said once for infinitely many instances." },
      { text: "Because the other leaders are told to be quiet.", why: "They are not asked. They may open a ballot whenever they like; then this one is over, and another phase 1 is needed." },
      { text: "Because commands of one client come in order.", why: "That is about sessions. Phase 1 is about what other leaders may have had decided." },
    ],
  },
  commandMessages: {
    kind: "numeric",
    question: "Five servers that play all the parts, a stable leader, commit notices piggy-backed. How many messages does a command take that the leader is asked for?",
    unit: "messages",
    value: 8,
    tolerance: 0,
    why: "p2a to four others, p2b from four: 2 (n − 1). What the leader tells itself costs nothing.",
    near: [
      { value: 10, why: "That counts the leader's question to itself and its answer, which cross no network." },
      { value: 16, why: "That is both phases. Phase 1 was run once, before this command came." },
      { value: 12, why: "That counts a commit notice to each of four; piggy-backed they ride on the next question." },
      { value: 4, why: "Each question has an answer." },
    ],
    otherwise: "Which kinds of message are left when phase 1 is done, and between how many pairs of servers?",
  },
  adoptedLog: {
    kind: "single",
    question: "A new leader knows slots 1 to 7. Its promises tell of votes for \"a\" in slot 8, ballot (1, s1), for \"b\" in slot 8, ballot (2, s2), and for \"c\" in slot 10. What does it ask for first?",
    options: [
      { text: "\"a\" in 8, \"c\" in 9", why: "\"c\" may be decided in slot 10 already. A vote stays in its slot; and of two votes the later one counts." },
      { text: "\"b\" in 8, a no-op in 9, \"c\" in 10", right: true, why: "In each slot the vote of the highest ballot; and no vote in 9 means that nothing can have been decided there." },
      { text: "\"b\" in 8, \"c\" in 10, and 9 is left for the next client", why: "Safe, but if no client comes, \"c\" is never performed. Replicas cannot pass slot 9." },
      { text: "its own client's command in 8, since no quorum voted for \"a\" or \"b\"", why: "It does not know that. One promise that tells of a vote may be the visible end of a quorum." },
    ],
  },
  holes: {
    kind: "multiple",
    question: "Slot 6 is decided and slot 5 is not. What may a replica do?",
    options: [
      { text: "perform slot 6, and slot 5 when it comes", why: "Another replica gets slot 5 first, performs 5 and 6 in order, and the two differ for ever." },
      { text: "wait", right: true, why: "Always safe. But somebody must see to it that slot 5 is decided." },
      { text: "propose a no-op for slot 5", right: true, why: "Any command may be proposed for a slot. If another one was decided there, the leader says so." },
      { text: "ask other replicas what slot 5 holds", right: true, why: "They may have heard of it." },
      { text: "take it that slot 5 is empty", why: "It may be decided, and the news late." },
    ],
  },
  windowAndChange: {
    kind: "single",
    question: "The window is 10. A change of the acceptors is decided in slot 40. Which slots do the new acceptors decide?",
    options: [
      { text: "from 41 on", why: "The leader may have asked the old acceptors about slots 41 to 49 already: they are inside the window." },
      { text: "from 50 on", right: true, why: "Nobody works at slot 50 before slot 40 is performed. So whoever works at it knows of the change." },
      { text: "all that are not decided when the change is", why: "Different nodes know different things at that moment, and would count differently." },
      { text: "from the moment on when all have confirmed the change", why: "One that is down would keep it from ever happening. The log says when: at a slot." },
    ],
  },
  decidedTwice: {
    kind: "ordering",
    question: "A client's command is decided in two slots. Put the way there in order.",
    items: [
      "The client sends its command to the leader.",
      "The leader has it decided, and crashes before it answers.",
      "The client loses patience, and sends the same command to another server.",
      "The new leader has it decided in a later slot.",
      "Each replica performs the first of the two, and of the second gives the answer again.",
    ],
    why: "Nobody did anything wrong, and no rule of Paxos forbids it. That it is performed once is the work of the sessions.",
    otherwise: "The client can only ask again after it has waited; and the second slot needs somebody who asks for it.",
  },
  staleLeader: {
    kind: "single",
    question: "A leader is cut off and does not know it. What keeps it from answering a read with an old value?",
    options: [
      { text: "Its ballot: it is lower than the new leader's.", why: "The ballot matters only when messages meet. A read from memory meets nobody." },
      { text: "Nothing, unless it asks a quorum, or holds a lease and a clock that it may believe.", right: true, why: "Either others confirm that it still leads, or they have promised not to let anybody else lead for a while." },
      { text: "The replicas: they perform slot by slot.", why: "Its replica is right about the slots that it knows. What is missing, it cannot know." },
      { text: "Clients: they notice that the value is old.", why: "A client cannot tell. That is what linearizability is for." },
    ],
  },
  forgottenSlot: {
    kind: "single",
    question: "An acceptor has forgotten slots 1 to 99, as it may. A new leader asks it for its votes from slot 1 on. Why must the promise say \"from 100 on\"?",
    options: [
      { text: "To save bytes.", why: "It adds some. Without it the promise would be shorter, and wrong." },
      { text: "Because otherwise no vote would look like \"never voted\", and the leader would ask for something else in a slot that was decided.", right: true, why: "In Paxos, silence about a slot is information. Who forgets must say so." },
      { text: "Because the leader could not sort the slots.", why: "Votes carry their slots." },
      { text: "So that the leader may begin its log at 100, too.", why: "It must begin where the cluster is, but it needs the state of what came before: from a replica." },
    ],
  },
};
