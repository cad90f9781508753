import { holdExercises } from "./hold-exercises.js";
import * as answers from "./three-phase-answers.js";

holdExercises("3.2.2", answers);
