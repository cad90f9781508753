import { holdExercises } from "./hold-exercises.js";
import * as answers from "./comparison-answers.js";

holdExercises("3.1.3", answers);
