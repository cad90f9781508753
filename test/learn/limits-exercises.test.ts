import { holdExercises } from "./hold-exercises.js";
import * as answers from "./limits-answers.js";

holdExercises("2.1.3", answers);
