/**
 * Sliders, boxes and buttons under a cell, and `interact`, which ties them to a function that draws: move a slider and
 * the figure changes in its place. The controls are those of Jupyter Widgets (ipywidgets 8), driven from TypeScript
 * over the kernel's comms. Where no front end draws them, the figure for the first values is shown, and a line
 * that says what the values are.
 */
export { interact, type Knob, type Knobs, type ValuesOf } from "./widgets/interact.js";
export {
  button, checkbox, dropdown, floatSlider, floatText, hbox, html, intSlider, intText, label, play, text, toggleButtons, vbox,
  type Control, type Widget,
} from "./widgets/controls.js";
