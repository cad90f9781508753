/**
 * Gossip: news that spread as an epidemic does, from one to another at random, with nobody in charge.
 *
 * - `gossiper`: a node of a database replicated so, as a role for the simulator (rumors, anti-entropy, death certificates).
 * - `spread` and `rumor`: the same in rounds, for up to millions of nodes.
 * - `pushSum`: the mean of all nodes' values, known to every node.
 * - `relay`: the opposite, a tree that somebody has drawn: fewer messages, and whoever fails cuts off what is below.
 */
export {
  expectedResidue, pushRounds, pushSum, rumor, spread,
  type AverageRow, type Direction, type PushSumOptions, type RumorOptions, type RumorOutcome, type RumorRow, type SpreadOptions, type SpreadRow,
} from "./replication/gossip/rounds.js";
export { gossiper, type Exchange, type Fill, type Gossiper, type GossiperOptions, type GossiperSignature, type Item, type Items, type Known, type Rumor } from "./replication/gossip/gossiper.js";
export { relay, treeOf, type Broadcast, type Receipt, type Relay, type RelayOptions, type RelaySignature, type Tree } from "./replication/gossip/relay.js";
