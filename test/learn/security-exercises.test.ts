import { holdExercises } from "./hold-exercises.js";
import * as answers from "./security-answers.js";

holdExercises("5.4", answers);
