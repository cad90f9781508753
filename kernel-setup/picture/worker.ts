/** The thread behind `Pictures`: keeps one page, and answers each order with a picture or with what is wrong. */
import { parentPort } from "node:worker_threads";
import { Page, type Figure } from "./draw.js";
import type { Answer, Order } from "./pictures.js";

const page = new Page();

// One order at a time: the next is sent only after the answer.
parentPort?.on("message", (order: Order) => {
  page
    .draw(JSON.parse(order.figure) as Figure)
    .then((svg): Answer => ({ kind: "svg", svg }))
    .catch((error: unknown): Answer => ({ kind: "error", message: (error as Error).message }))
    .then((answer) => parentPort?.postMessage(answer));
});
