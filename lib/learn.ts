/**
 * Learning by doing: exercises whose answers are tried in worlds and runs that you do not see, questions with feedback,
 * and how far you have come.
 *
 * An answer is judged by what it does, over many seeds and by the explorer, and never by how it is written. A wrong one
 * gets the shortest run in which it goes wrong, and a word on what to look at.
 */
export { Exercise, type CheckOptions, type ExerciseParts, type Judgement } from "./learn/exercise.js";
export { everyWorld, manyCases, manySeeds, oneRun, type Finding, type Look, type Seen, type Trial } from "./learn/trial.js";
export { answer, courseProgress, exercises, progressOf, quiz, reveal, type ChapterNumber, type QuizName } from "./learn/course.js";
export { type Option, type Quiz } from "./learn/quiz.js";
export { type AcceptRule, type ChoiceRule, type ChosenRule, type HeardVote, type OpenRule } from "./learn/chapters/paxos-roles.js";
export { type Bounds, type QuorumRule } from "./learn/chapters/paxos-exercises.js";
export {
  type AdoptRule, type ForgetRule, type LastCall, type LeaseQuestion, type LeaseRule, type OnceRule, type PerformRule, type ToldVote,
} from "./learn/chapters/multi-paxos-roles.js";
export {
  type BackUpRule, type CommitRule, type CutRule, type GrantRule, type Hint, type LastEntry, type TimeoutRule, type UpToDateRule, type Voter,
} from "./learn/chapters/raft-roles.js";
export {
  type BoundedRule, type Contender, type ExercisePoint, type LabelRule, type MetPlace, type PreferenceRule, type RingRule, type TagRule, type WinnerRule,
} from "./learn/chapters/consistent-hashing-exercises.js";
export { keeper, type KeeperOptions, type KeeperRequest, type KeeperSignature, type KeeperState } from "./learn/chapters/consistent-hashing-store.js";
export {
  type FinishReadRule, type LinearOrderRule, type SidesRule, type RegularRule, type TimedAccess, type ToldCopy,
} from "./learn/chapters/consistency-exercises.js";
export {
  type CountsOf, type KnownItems, type MayTakeRule, type MergeCountsRule, type MergeDotsRule, type LetterPlaceRule, type RightsState, type TypedLetter,
} from "./learn/chapters/crdt-exercises.js";
export {
  type CartRule, type ClockOrderRule, type Counters, type DifferRule, type DigestAt, type Placing, type QuorumSizes, type QuorumSizesRule,
  type ReconcileRule, type SeenVersion, type StandInRule,
} from "./learn/chapters/dynamo-exercises.js";
export { type ChannelRule, type CommitCheckpoints, type GapRule, type InputSeen, type WatermarkOfTask } from "./learn/chapters/real-time-exercises.js";
export { type AgainRule, type IntervalRule, type KeptStep, type MachinesRule, type PlaceTaskRule, type WaitingTask } from "./learn/chapters/computing-exercises.js";
export { type CountRule, type FailRule, type Heard, type IndexRule, type RangeRule, type SeenTask, type SplitRule } from "./learn/chapters/mapreduce-exercises.js";
export { type CachedBlock, type EvictRule, type LineageStep, type Loss, type LostRule, type MeanRule, type SaltRule, type StageRule } from "./learn/chapters/spark-exercises.js";
export { type Claim, type NewViewRule, type PreparedRule, type QuorumSizeRule, type Report, type RootRule, type Word } from "./learn/chapters/security-exercises.js";
export { type AdoptSuccessorRule, type ClosestRule, type HopsRule, type MergeRule, type RectifyRule, type TransferRule } from "./learn/chapters/chord-exercises.js";
export { type BatchCostRule, type CommitWaitRule, type CostRule, type FirstStandRule, type Protocol } from "./learn/chapters/comparison-exercises.js";
export {
  commandCost, commandDelays, decree, lateCandidate, logServers, messageShares, purposeOf, serve, type Cluster, type CommandCost, type DecreeOptions, type LateCandidate,
  type LogClient, type LogProtocol, type Purpose, type ServeOptions, type Share,
} from "./learn/chapters/comparison-runs.js";
export { candidates, survives, type Candidate, type Ending, type Survival } from "./learn/chapters/commit-survey.js";
export {
  type BeforeChange, type JointQuorumRule, type KnownClient, type LeaseTimeRule, type MayChangeRule, type Reader, type ReadRule, type SessionRule, type SuffixRule,
  type WaitingRead,
} from "./learn/chapters/raft-in-service-exercises.js";
export {
  answeredWithout, appendedLetters, busyLog, convictRaft, deafServer, farewell, getRequest, judgedReads, likeEtcd, logGrowth, oneRead, putRequest, raftLeader,
  raftStore, raftStores, raftStorm, readWays, sleeper, slowFollower, type Conviction, type JudgedReads, type RaftOptions, type RaftService, type ReadWay,
  type Storm, type Woken,
} from "./learn/chapters/raft-in-service-runs.js";
export {
  type AdviceRule, type CoordinatorKnows, type DecideRule, type Entry, type FateRule, type InquiryRule, type Known, type PrepareRule, type ReadersCostRule,
} from "./learn/chapters/two-phase-roles.js";
export {
  type BlockingStatesRule, type ChooseRule, type LastWords, type LocalState, type NextStep, type ObeyRule, type PatienceRule, type TerminateRule,
  type TotalFailureRule,
} from "./learn/chapters/three-phase-roles.js";
export {
  type AcceptorsCostRule, type CountedVote, type InstanceRule, type LastVote, type OutcomeRule, type SagaPlace, type SagaRule, type TakeOverRule,
} from "./learn/chapters/four-phase-roles.js";
export { type CoordinatorMaker, type CoordinatorTalk, type PlaceRule, type PrepareShare, type ShardMaker, type ShardTalk, type ShareDone, type ShareOutcome, type ShareVote, type StoreAnswer, type StoreParts, type StoreRequest, type StoreStep } from "./learn/chapters/project-store.js";
export { judgeStore, storeModel, storeOf, type ProjectOptions } from "./learn/chapters/project-store.js";
export { grade, gradeOf, type Grade, type GradedRow, type GradeOptions } from "./learn/project.js";
export { type EachRule, type HedgeRule, type ReplicasRule, type ServersRule } from "./learn/chapters/background-exercises.js";
export { type EstimateRule, type FloodRoundsRule, type RoundEnd, type RoundEndRule, type TrustRule } from "./learn/chapters/limits-exercises.js";
export { type CausalRule, type HybridRule, type HybridStamp, type LamportRule, type OwnWish, type VectorRule, type WaitRule } from "./learn/chapters/order-exercises.js";
export { type DangerRule, type FirstCommitterRule, type PredicateLockRule } from "./learn/chapters/isolation-exercises.js";
export {
  type AcknowledgeRule, type CleanReadRule, type ConflictRule, type HeldVersion, type LocalRule, type SeenWrite,
} from "./learn/chapters/replication-exercises.js";
export { type Exchange, type SampleRule, type SilenceRule, type SizeRule, type TimeToWaitRule } from "./learn/chapters/intelligence-exercises.js";
export { type AdmitRule, type KneeRule, type PauseRule, type TokenRule } from "./learn/chapters/challenges-exercises.js";
export { type AnyFailsRule, type CapacityRule, type FanoutRule, type Mass, type PushSumRule, type ReachRule } from "./learn/chapters/scale-exercises.js";
export { courseParts } from "./learn/chapters/project-parts.js";
