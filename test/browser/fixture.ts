/** Notebooks that the browser tests write: one output of each kind, and cells that misbehave. */
import { samples } from "../picture/figures.js";

/** All forms of an output, keyed by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** Plotly's MIME type. */
export const plotly = "application/vnd.plotly.v1+json";

const svg = "image/svg+xml";

/** A table, as the text of a figure holds it. */
export const table = "n   messages\n3         12\n5         20";

/** Every sample figure, a diagram with rules for a dark theme as the library draws it, and one without. */
export const bundles: readonly Bundle[] = [
  ...samples.map(({ figure, name }) => ({ [plotly]: figure, "text/plain": `${name}\n\n${table}` })),
  {
    [svg]: `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80" font-family="sans-serif"><title>Two nodes</title>
<desc>An arrow from a to b.</desc><style>.dark .ink{stroke:#eee;fill:#eee}</style>
<path class="ink" stroke="#222" d="M30,40H260"/><text class="ink" fill="#222" x="20" y="25">a 节点</text></svg>`,
    "text/plain": "a -> b",
  },
  {
    [svg]: `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><circle cx="40" cy="30" r="20" fill="#222"/></svg>`,
    "text/plain": "a dot",
  },
];

/** The source of a cell that displays a bundle, and updates it to others while it runs. */
export function displaying(bundle: Bundle, ...updates: readonly Bundle[]): string {
  return [
    "{", // a block, so that the cells of a notebook do not share the name
    'const show = (globalThis as any)[Symbol.for("distlab.kernel")].display;',
    `show(${JSON.stringify(bundle)}${updates.length === 0 ? "" : ', { id: "live" }'});`,
    ...updates.map(
      (update) => `await new Promise((resolve) => setTimeout(resolve, 400));\nshow(${JSON.stringify(update)}, { id: "live", update: true });`,
    ),
    "}",
  ].join("\n");
}

/** One cell of a notebook: its source, and the bundles that are stored as its outputs. */
export interface Cell {
  readonly source: string;
  readonly outputs?: readonly Bundle[];
}

/** A notebook for our kernel as JSON. Stored outputs make it one that JupyterLab does not trust. */
export function notebook(cells: readonly Cell[]): string {
  return JSON.stringify({
    cells: cells.map(({ source, outputs = [] }, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      execution_count: null,
      metadata: {},
      outputs: outputs.map((data) => ({ output_type: "display_data", data, metadata: {} })),
      source,
    })),
    metadata: {
      kernelspec: { name: "distlab", display_name: "TypeScript (Distlab)", language: "typescript" },
      language_info: { name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
