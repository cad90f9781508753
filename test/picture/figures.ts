/** One figure of each kind that the course draws, with the texts that its picture must show. */
import type { Figure } from "../../kernel-setup/picture/draw.js";

/** A figure under a name, and texts of its picture. */
export interface Sample {
  readonly name: string;
  readonly figure: Figure;
  readonly texts: readonly string[];
}

const sizes = [3, 5, 7, 9, 11];

const bars: Sample = {
  name: "bars",
  figure: {
    data: [{ type: "bar", x: ["prepare", "promise", "accept", "accepted"], y: [3, 3, 3, 9], marker: { color: "#0072B2" } }],
    layout: {
      title: { text: "A quiet run needs 18 messages<br><sub>Paxos, 3 nodes, no loss</sub>" },
      xaxis: { title: { text: "message type" } },
      yaxis: { title: { text: "messages (提案消息数)" } },
      meta: { alt: "Bars: 3 prepare, 3 promise, 3 accept, 9 accepted messages." },
    },
  },
  texts: ["A quiet run needs 18 messages", "Paxos, 3 nodes, no loss", "prepare", "accepted", "messages (提案消息数)"],
};

const groupedBars: Sample = {
  name: "grouped bars",
  figure: {
    data: [
      { type: "bar", name: "separate roles", x: sizes, y: sizes.map((n) => 4 * n), text: sizes.map((n) => String(4 * n)) },
      { type: "bar", name: "co-located roles (一体)", x: sizes, y: sizes.map((n) => 4 * n - 4) },
      {
        type: "bar",
        name: "distinguished learner",
        x: sizes,
        y: sizes.map((n) => 3 * n + 1),
        error_y: { type: "data", array: sizes.map((n) => n / 4) },
      },
    ],
    layout: {
      barmode: "group",
      title: { text: "Messages grow linearly with the number of acceptors" },
      xaxis: { title: { text: "acceptors" }, type: "category" },
      yaxis: { title: { text: "messages per decision" } },
    },
  },
  texts: ["separate roles", "co-located roles (一体)", "distinguished learner", "acceptors", "44"],
};

const bands: Sample = {
  name: "lines with bands",
  figure: {
    data: ["nack", "time-out only"].flatMap((name, series) => {
      const x = Array.from({ length: 9 }, (_, i) => i * 0.05);
      const mean = x.map((loss) => (20 + series * 15) / (1 - loss) ** (2 + series));
      const color = ["rgb(0,114,178)", "rgb(213,94,0)"][series];
      const band = { x, mode: "lines", line: { width: 0 }, showlegend: false, hoverinfo: "skip", legendgroup: name };
      return [
        { ...band, y: mean.map((y) => y * 0.9) },
        { ...band, y: mean.map((y) => y * 1.12), fill: "tonexty", fillcolor: color?.replace(")", ",0.2)").replace("rgb", "rgba") },
        { x, y: mean, name, legendgroup: name, mode: "lines+markers", line: { color }, marker: { symbol: series * 2 } },
      ];
    }),
    layout: {
      title: { text: "Nacks pay from 10 % loss on" },
      xaxis: { title: { text: "loss (share of messages)" }, tickformat: ".0%" },
      yaxis: { title: { text: "latency (virtual ms)" }, rangemode: "tozero" },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 1, xanchor: "right" },
    },
  },
  texts: ["nack", "time-out only", "latency (virtual ms)", "40%"],
};

const steps: Sample = {
  name: "step lines (ecdf)",
  figure: {
    data: [1, 2, 4].map((scale, k) => ({
      name: `n = ${2 * k + 3}`,
      x: Array.from({ length: 60 }, (_, i) => 4 * scale * (1 + (i * i) / 900) * (1 + ((i * 37) % 11) / 40)).sort((a, b) => a - b),
      y: Array.from({ length: 60 }, (_, i) => (i + 1) / 60),
      mode: "lines",
      line: { shape: "hv", dash: ["solid", "dash", "dot"][k] },
    })),
    layout: {
      title: { text: "Half of all operations end within 12 ms" },
      xaxis: { title: { text: "latency (virtual ms, log scale)" }, type: "log" },
      yaxis: { title: { text: "share of operations" }, range: [0, 1.02] },
      shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { dash: "dot", width: 1 } }],
      annotations: [{ xref: "paper", x: 1, y: 0.5, text: "median", showarrow: false, xanchor: "right", yanchor: "bottom" }],
    },
  },
  texts: ["n = 3", "n = 7", "median", "share of operations"],
};

const histogram: Sample = {
  name: "histogram",
  figure: {
    data: [{ type: "histogram", x: Array.from({ length: 500 }, (_, i) => ((i * 7919) % 101) + ((i * 104729) % 89)), nbinsx: 30 }],
    layout: { title: { text: "Sum of two hashes" }, xaxis: { title: { text: "sum" } }, yaxis: { title: { text: "count" } }, bargap: 0.05 },
  },
  texts: ["Sum of two hashes", "count", "150"],
};

const heatmap: Sample = {
  name: "heat map",
  figure: {
    data: [
      {
        type: "heatmap",
        x: ["n1", "n2", "n3", "n4", "n5"],
        y: ["n1", "n2", "n3", "n4", "n5"],
        z: [0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => (i === j ? null : ((i + 2) * (j + 3) * 7) % 40))),
        colorscale: "Viridis",
        colorbar: { title: { text: "messages" } },
        texttemplate: "%{z}",
        xgap: 1,
        ygap: 1,
      },
    ],
    layout: {
      title: { text: "Node n1 carries the load" },
      xaxis: { title: { text: "to" } },
      yaxis: { title: { text: "from" }, autorange: "reversed" },
      width: 560,
      height: 460,
    },
  },
  texts: ["Node n1 carries the load", "messages", "n5", "from"],
};

const smooth: Sample = {
  name: "smoothed heat map and contours",
  figure: {
    data: [
      { type: "heatmap", zsmooth: "best", z: [[1, 2, 3], [2, 9, 4], [3, 4, 5]], showscale: false, xaxis: "x", yaxis: "y" },
      { type: "contour", z: [[1, 2, 3], [2, 9, 4], [3, 4, 5]], showscale: false, xaxis: "x2", yaxis: "y2" },
    ],
    layout: { title: { text: "Two ways of showing a hill" }, grid: { rows: 1, columns: 2, pattern: "independent" } },
  },
  texts: ["Two ways of showing a hill"],
};

const boxes: Sample = {
  name: "box",
  figure: {
    data: [0, 1, 2].map((k) => ({
      type: "box",
      name: ["uniform", "exponential", "log-normal"][k],
      y: Array.from({ length: 80 }, (_, i) => {
        const u = (((i * 61) % 80) + 0.5) / 80;
        return [10 + 20 * u, -15 * Math.log(u), Math.exp(2 + u * u * 2)][k];
      }),
      boxpoints: "outliers",
    })),
    layout: { title: { text: "Same mean, other tails" }, yaxis: { title: { text: "latency (virtual ms)" } }, showlegend: false },
  },
  texts: ["uniform", "exponential", "log-normal"],
};

const subplots: Sample = {
  name: "subplots, shapes, arrows",
  figure: {
    data: [
      { x: [1, 2, 3, 4], y: [10, 100, 1000, 10000], name: "messages", xaxis: "x", yaxis: "y" },
      { x: [1, 2, 3, 4], y: [0.2, 0.4, 0.3, 0.9], name: "load", type: "bar", xaxis: "x2", yaxis: "y2" },
      { x: [1, 2, 3, 4], y: [1, 3, 2, 4], name: "rounds", mode: "markers", marker: { symbol: "diamond", size: 12 }, xaxis: "x3", yaxis: "y3" },
      { x: [1, 2, 3, 4], y: [4, 3, 2, 1], fill: "tozeroy", name: "area", xaxis: "x4", yaxis: "y4" },
    ],
    layout: {
      title: { text: "Four views of one run" },
      grid: { rows: 2, columns: 2, pattern: "independent" },
      yaxis: { type: "log", title: { text: "messages" } },
      yaxis2: { title: { text: "load" } },
      xaxis3: { title: { text: "time (virtual ms)" } },
      yaxis4: { ticksuffix: " ms" },
      shapes: [
        { type: "rect", xref: "x4", yref: "y4", x0: 2, x1: 3, y0: 0, y1: 4, fillcolor: "rgba(213,94,0,0.25)", line: { width: 0 } },
      ],
      annotations: [
        { xref: "x3", yref: "y3", x: 2, y: 3, text: "crash of <b>n2</b>", ax: 40, ay: -30 },
        { xref: "x4 domain", yref: "y4 domain", x: 0.5, y: 1, text: "partition", showarrow: false },
      ],
      width: 900,
      height: 600,
    },
  },
  texts: ["Four views of one run", "crash of ", "n2", "partition", "10k"],
};

const gantt: Sample = {
  name: "bars across long labels",
  figure: {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: ["coordinator (协调者)", "participant in a far-away data centre", "participant 2"],
        base: [0, 5, 12],
        x: [10, 20, 7],
        marker: { pattern: { shape: ["", "/", "x"] } },
      },
    ],
    layout: { title: { text: "Who waits for whom" }, xaxis: { title: { text: "time (virtual ms)" } }, yaxis: { automargin: true } },
  },
  texts: ["participant in a far-away data centre", "coordinator (协调者)"],
};

const manyTicks: Sample = {
  name: "rotated ticks and a long legend",
  figure: {
    data: Array.from({ length: 12 }, (_, k) => ({
      name: `node ${k + 1} of the ring`,
      x: Array.from({ length: 20 }, (_, i) => `2026-partition-${i + 1}`),
      y: Array.from({ length: 20 }, (_, i) => ((i + 3) * (k + 5)) % 17),
    })),
    layout: {
      title: { text: "Every node has its turn", subtitle: { text: "twelve nodes, twenty partitions" } },
      xaxis: { automargin: true, tickangle: -40 },
    },
  },
  texts: ["node 12 of the ring", "2026-partition-1", "twelve nodes, twenty partitions"],
};

/** All samples; names are unique. */
export const samples: readonly Sample[] = [
  bars, groupedBars, bands, steps, histogram, heatmap, smooth, boxes, subplots, gantt, manyTicks,
];
