import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.2, by name. */
export const isolationQuizzes: Readonly<
  Record<"atomicOrIsolated" | "fuzzyDeposit" | "skewLevels" | "locksCost" | "phantomLock" | "dangerousThree" | "repeatableNames" | "anomalyOrder", Quiz>
> = {
  atomicOrIsolated: {
    kind: "multiple",
    question: "A transfer takes money from one account and puts it into another. What does atomicity (all or nothing) promise by itself?",
    options: [
      { text: "After a crash, either both accounts have changed or neither.", right: true, why: "That is what it is: no half of a transaction stays." },
      { text: "Nobody sees the money missing while the transfer is under way.", why: "That is isolation. An atomic transfer may be watched halfway, and read committed lets it: one account before, the other after." },
      { text: "Two transfers from the same account cannot both take the last of it.", why: "That is isolation again: each of them is done completely, and both." },
      { text: "If one of two databases commits, so does the other.", right: true, why: "All or nothing over several machines: atomic commitment, the subject of section 3.2." },
      { text: "The sum of all accounts is right.", why: "That is for the program to keep (the C of ACID): a transaction that only takes money is atomic, too." },
    ],
  },
  fuzzyDeposit: {
    kind: "single",
    question: "In read committed, a program reads a balance, adds 10 and writes the sum. Another one does the same at the same time. One deposit is lost. Which change makes it safe without another level?",
    options: [
      { text: "UPDATE … SET balance = balance + 10, in one statement.", right: true, why: "The statement takes the lock first and reads the row under it, so it adds to what the other one has left." },
      { text: "Reading the balance twice and comparing.", why: "Between the second read and the write there is as much room as between the first one and the write." },
      { text: "Committing sooner after the write.", why: "The fault lies between the read and the write, and both deposits commit in their time." },
      { text: "A check that the balance is never negative.", why: "It stays positive all the while. What is wrong is that 10 are missing, and no rule about one row can see that." },
    ],
  },
  skewLevels: {
    kind: "multiple",
    question: "Two doctors on call each see that there are two of them, and each goes home. Which levels prevent that?",
    options: [
      { text: "Snapshot isolation", why: "Each looks at the same snapshot, and they write different rows: there is nothing that the first committer could win." },
      { text: "PostgreSQL's repeatable read", why: "It is snapshot isolation by another name." },
      { text: "Repeatable read by locks on rows", right: true, why: "Each keeps the other from writing what it has read. They wait for each other, and one is given up. It works because both rows were read; a row that is not there yet is not locked." },
      { text: "Two-phase locking with predicate locks", right: true, why: "It is serializable: one of them comes first, and the other sees it." },
      { text: "Serializable snapshot isolation", right: true, why: "Each has read what the other overwrites: two anti-dependencies, a dangerous structure." },
      { text: "Oracle's serializable", why: "It is snapshot isolation by another name." },
    ],
  },
  locksCost: {
    kind: "single",
    question: "Many transactions read three of a few rows and write one. Under two-phase locking, what mostly ends a transaction that is given up?",
    options: [
      { text: "Two of them have read the same row, and both want to write it.", right: true, why: "Each has a shared lock and waits for the other's to go: a deadlock, and the more often the fewer rows there are. A lock to write from the beginning (SELECT … FOR UPDATE) would make one wait instead." },
      { text: "A reader finds a version that is too new.", why: "Under locks a reader finds the row as it is, or waits. Versions that are too new are a matter of snapshots." },
      { text: "The lock table is full.", why: "Real systems have that trouble, and then lock whole pages or tables. Ours has no bound." },
      { text: "A validation at the end fails.", why: "That is how optimistic methods find out. Under locks nothing is left to find out at the end." },
    ],
  },
  phantomLock: {
    kind: "single",
    question: "A transaction counts the bookings of a room for tomorrow and finds none. What must be locked so that the count stays true?",
    options: [
      { text: "The rows that it has found.", why: "There are none. The booking that would make the count wrong is a row that does not exist yet." },
      { text: "The condition: every row that would match.", right: true, why: "A predicate lock (Eswaran and others 1976). Real systems lock the gaps of an index, which covers the condition and mostly a little more." },
      { text: "The whole table, nothing less.", why: "That would do, and it would also stop everybody who books another room." },
      { text: "Nothing: it has only read.", why: "What it has read decides what it writes. If it changes meanwhile, the two do not belong together." },
    ],
  },
  dangerousThree: {
    kind: "multiple",
    question: "T1 has read what T2 overwrote, and T2 has read what T3 overwrote; all were under way at the same time. When may PostgreSQL let all three commit?",
    options: [
      { text: "T1 commits before T3.", right: true, why: "In every circle T3 is the first to commit. If it is not, this is none." },
      { text: "T2 commits before T3.", right: true, why: "The same reason: T3 must commit first of the three." },
      { text: "T1 only reads, and began before T3 committed.", right: true, why: "To close the circle, T1 must have seen something that comes after T3. It began too early for that." },
      { text: "T2 only reads.", why: "Then T1 could not have read what T2 overwrote." },
      { text: "T3 commits first, and T1 begins a little later and writes something.", why: "That is the dangerous case. It need not be a circle, but the database does not look for one: it gives one of them up." },
    ],
  },
  repeatableNames: {
    kind: "single",
    question: "A program runs on MySQL's repeatable read, and now and then an update of it is lost. It moves to PostgreSQL's repeatable read. What becomes of its lost updates?",
    options: [
      { text: "Nothing: the level has the same name.", why: "The name is all that is the same. By Hermitage's tests, MySQL's lets updates be lost, and PostgreSQL's does not." },
      { text: "They become errors: the second writer is refused.", right: true, why: "PostgreSQL's repeatable read is snapshot isolation, where the first updater wins. The program must be ready to try again." },
      { text: "They become waits, and both succeed.", why: "The second writer waits, but when the first has committed it is refused: its snapshot is too old." },
      { text: "They become write skew.", why: "Write skew needs two rows. Here both write the same one." },
    ],
  },
  anomalyOrder: {
    kind: "ordering",
    question: "Put the levels in order, from the one that forbids least to the one that forbids most.",
    items: ["read uncommitted", "read committed", "snapshot isolation", "serializable"],
    why: "Each forbids what the one before forbids, and more: dirty reads; then lost updates and read skew; then write skew. Repeatable read by locks has no place in this row: it forbids write skew between rows, which snapshots allow, and allows phantoms, which snapshots mostly forbid.",
    otherwise: "Ask of each: dirty read? lost update? write skew?",
  },
};
