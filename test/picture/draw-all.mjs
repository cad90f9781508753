/** Draws the figures given on standard input, as JSON, through the compiled Pictures; prints the pictures as JSON. */
import { Pictures } from "../../kernel-setup/dist/picture/pictures.js";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const pictures = new Pictures();
const figures = /** @type {import("../../kernel-setup/dist/picture/pictures.js").Figure[]} */ (JSON.parse(text));
process.stdout.write(JSON.stringify(await Promise.all(figures.map((figure) => pictures.draw(figure)))));
