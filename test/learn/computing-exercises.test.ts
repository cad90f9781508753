import { holdExercises } from "./hold-exercises.js";
import * as answers from "./computing-answers.js";

holdExercises("2.4", answers);
