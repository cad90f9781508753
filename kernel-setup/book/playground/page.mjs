/** The playground: a page in which every protocol of the library runs, with knobs, without an installation. */
import { join } from "node:path";
import { buildSync } from "esbuild";
import { root } from "../../setup/project.mjs";

/** What the page says; book/site/playground.js fills it. */
export const playgroundBody = `<h1>Playground</h1>
<div class="cell prose">
<p>Choose a protocol, turn its knobs, and see what comes of it: the run to step through, the messages, who carried them, and how long it took. The run is computed here, in this page. Its address holds the setup: whoever opens it sees the same run, message for message. In a notebook, <code>play("…")</code> of <code>distlab/playground</code> gives it too, for the part of the address after the <code>#</code>.</p>
<noscript><p>The playground needs scripts. The chapters show runs without.</p></noscript>
</div>
<form class="playground" hidden>
<div class="choice"><label for="protocol">Protocol</label> <select id="protocol"></select> <a class="chapter">Its chapter</a></div>
<p class="about"></p>
<div class="knobs"></div>
<div class="acts">
<button type="submit">Run</button>
<button type="button" class="stop" disabled>Stop</button>
<button type="button" class="next-seed">Next seed</button>
<button type="button" class="afresh">All knobs back</button>
<button type="button" class="share">Copy the address</button>
</div>
</form>
<p class="playground-said" role="status"></p>
<p class="playground-wrong" role="alert"></p>
<div class="playground-outcome"></div>`;

/**
 * The library and the worker in one script. It comes as a text in another one: a page from a file may start no worker from a
 * file, but one from a text.
 * @returns {string}
 */
export function workerScript() {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "kernel-setup", "book", "playground", "worker.mjs")],
    bundle: true,
    minify: true,
    // So that an error says where it was in words of ours.
    keepNames: true,
    charset: "utf8",
    format: "iife",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return `window.distlabPlaygroundWorker = ${JSON.stringify(outputFiles[0]?.text).replaceAll("<", "\\u003c")};\n`;
}
