import { holdExercises } from "./hold-exercises.js";
import * as answers from "./four-phase-answers.js";

holdExercises("3.2.3", answers);
