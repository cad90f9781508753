import { holdExercises } from "./hold-exercises.js";
import * as answers from "./real-time-answers.js";

holdExercises("5.3", answers);
