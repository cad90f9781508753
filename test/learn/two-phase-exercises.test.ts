import { holdExercises } from "./hold-exercises.js";
import * as answers from "./two-phase-answers.js";

holdExercises("3.2.1", answers);
