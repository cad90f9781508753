/**
 * Pictures of rows and runs. A chart (`bars`, `lines`, `ecdf`, ...) is a specification for Plotly; a diagram
 * (`sequence`, `ring`, `graph`) is SVG of our own. Both are plain data with a title that states the finding, one
 * sentence that says what is drawn, and their numbers as text, so that nobody depends on the picture alone.
 */
export { bars, groupedBars, type BarsOptions, type GroupedBarsOptions } from "./plot/bars.js";
export { lines, type LinesOptions } from "./plot/lines.js";
export { box, ecdf, histogram, type DistributionOptions, type EcdfOptions, type HistogramOptions } from "./plot/distributions.js";
export { heatMap, type HeatMapOptions } from "./plot/heat-map.js";
export { graph, type GraphEdge, type GraphNode, type GraphOptions } from "./plot/graph.js";
export { ring, type RingKey, type RingLink, type RingOptions, type RingPlace } from "./plot/ring.js";
export { sequence, type SequenceOptions } from "./plot/sequence.js";
export { intervals, type IntervalsOptions } from "./plot/intervals.js";
export { player, Player, runMime, type Playable, type PlayerOptions, type PlayerRecord } from "./plot/player.js";
export { type PackedEvent, type PackedRun } from "./plot/player/record.js";
export { Diagram } from "./plot/diagram.js";
export { gantt, type GanttOptions } from "./plot/gantt.js";
export { Figure, type ChartOptions, type Column } from "./plot/figure.js";
export { format, formatNumber } from "./plot/format.js";
export { tableHtml, tableText, type Rows, type TableOptions } from "./plot/table.js";
export { type Bundle } from "./plot/display.js";
